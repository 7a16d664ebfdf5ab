import type { ComponentProps } from "react";

interface BusyButtonProps extends ComponentProps<"button"> {
  busy: boolean;
}

/** A button with its progress in it. While busy it keeps the focus and does nothing. */
export function BusyButton({ busy, children, onClick, className = "button button-primary", ...rest }: BusyButtonProps) {
  return (
    <button
      {...rest}
      className={className}
      aria-disabled={busy}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {busy && <span className="spinner" aria-hidden="true" />}
      {children}
    </button>
  );
}
