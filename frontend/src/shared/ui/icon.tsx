import type { ReactNode } from "react";

/** Pictures beside or instead of words; never the only name of a thing, which its label says. */
const SHAPES = {
  check: <path d="m3.5 8.5 3 3 6-7" />,
  close: <path d="m4 4 8 8M12 4l-8 8" />,
  copy: <path d="M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z" />,
  download: <path d="M8 2.5v7.5M4.75 7 8 10.25 11.25 7M2.5 13.5h11" />,
  edit: <path d="m10.5 3 2.5 2.5L5.5 13H3v-2.5zM9 4.5 11.5 7" />,
  eye: (
    <>
      <path d="M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8z" />
      <circle cx="8" cy="8" r="2" />
    </>
  ),
  history: <path d="M2.5 8a5.5 5.5 0 1 0 1.75-4M2.5 2.5V5H5M8 5v3l2 1.5" />,
  plus: <path d="M8 3v10M3 8h10" />,
  search: <path d="M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.25 10.25l3.25 3.25" />,
  trash: <path d="M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.75 9h6.5l.75-9M6.75 7v4M9.25 7v4" />,
  upload: <path d="M8 10.5V3M4.75 6 8 2.75 11.25 6M2.5 13.5h11" />,
} as const satisfies Record<string, ReactNode>;

export type IconName = keyof typeof SHAPES;

export function Icon({ name, className = "" }: { name: IconName; className?: string }) {
  return (
    <svg className={`icon ${className}`} viewBox="0 0 16 16" aria-hidden="true">
      {SHAPES[name]}
    </svg>
  );
}
