import type { ComponentProps, MouseEvent } from "react";
import { navigate, useNavigation } from "@/shared/navigation";

interface LinkProps extends Omit<ComponentProps<"a">, "href" | "onClick"> {
  /** An address of this app. */
  to: string;
}

/** A link to a page of this app, which is fetched as soon as somebody points at it. */
export function Link({ to, ...rest }: LinkProps) {
  const { prepare } = useNavigation();

  function go(event: MouseEvent) {
    // A new tab, a window, a download: the browser's.
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  }

  return (
    <a
      {...rest}
      href={to}
      onClick={go}
      onPointerEnter={() => {
        prepare(to);
      }}
      onFocus={() => {
        prepare(to);
      }}
    />
  );
}
