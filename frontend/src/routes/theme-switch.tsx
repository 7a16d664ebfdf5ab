import type { ReactNode } from "react";
import { setTheme, THEMES, useTheme, type Theme } from "@/shared/theme";
import { common } from "@/texts/common";

const ICONS: Record<Theme, ReactNode> = {
  system: <path d="M2 3h12v8H2zM5.5 13.5h5M8 11v2.5" />,
  light: (
    <>
      <circle cx="8" cy="8" r="2.75" />
      <path d="M8 1.5v1.25M8 13.25v1.25M1.5 8h1.25M13.25 8h1.25M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9" />
    </>
  ),
  dark: <path d="M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5z" />,
};

export function ThemeSwitch() {
  const chosen = useTheme();

  return (
    <fieldset className="theme-switch">
      <legend className="visually-hidden">{common.theme}</legend>
      {THEMES.map((theme) => (
        <label key={theme} title={common.themes[theme]}>
          <input
            type="radio"
            name="theme"
            aria-label={common.themes[theme]}
            checked={theme === chosen}
            onChange={() => {
              setTheme(theme);
            }}
          />
          <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
            {ICONS[theme]}
          </svg>
        </label>
      ))}
    </fieldset>
  );
}
