import { useEffect, useState } from "react";
import { Icon } from "@/shared/ui/icon";
import { common } from "@/texts/common";

const SHOWN_MS = 2_000;

interface CopyableProps {
  /** What is copied. */
  value: string;
  /** What it is, for the label: "the version". */
  what: string;
  /** What is shown of it. */
  children?: string;
  className?: string;
}

/** A value that a click copies, whole, however short it is shown. */
export function Copyable({ value, what, children = value, className = "" }: CopyableProps) {
  const [copied, setCopied] = useState(false);

  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => {
      setCopied(false);
    }, SHOWN_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [copied]);

  return (
    <button
      type="button"
      className={`copyable ${className}`}
      title={value}
      aria-label={copied ? common.copied : `${children}. ${common.copy(what)}`}
      onClick={() => {
        void navigator.clipboard.writeText(value).then(() => {
          setCopied(true);
        });
      }}
    >
      <span>{children}</span>
      {copied ? <Icon name="check" className="icon-done" /> : <Icon name="copy" />}
    </button>
  );
}
