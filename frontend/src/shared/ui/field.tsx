import { useId, type ReactNode } from "react";
import { lengthOf } from "@/shared/validation";
import { common } from "@/texts/common";

interface ControlProps {
  id: string;
  "aria-describedby"?: string;
  "aria-invalid"?: true;
}

interface FieldProps {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  /** A text whose length is limited: the count shows once it comes near. */
  counted?: { text: string; limit: number };
  children: (control: ControlProps) => ReactNode;
}

const NEAR = 0.8;

/** A labelled control with its hint and its error, both announced with it. */
export function Field({ label, hint, error, counted, children }: FieldProps) {
  const id = useId();
  const hintId = `${id}-hint`;
  const errorId = `${id}-error`;
  const described = [hint && hintId, error && errorId].filter(Boolean).join(" ");
  const length = counted ? lengthOf(counted.text) : 0;
  const count = counted && length > counted.limit * NEAR && common.count(length, counted.limit);

  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        ...(described && { "aria-describedby": described }),
        ...(error && { "aria-invalid": true as const }),
      })}
      {hint && (
        <div id={hintId} className="muted">
          {hint}
        </div>
      )}
      {(error ?? count) && (
        <div className="field-foot">
          {error && (
            <p id={errorId} className="field-error">
              {error}
            </p>
          )}
          {count && <span className="field-count">{count}</span>}
        </div>
      )}
    </div>
  );
}
