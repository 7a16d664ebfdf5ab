import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ThemeSwitch } from "@/routes/theme-switch";
import { sessionQuery, useSignOut } from "@/shared/api/session";

const PAGES = [
  { to: "/", label: "Overview" },
  { to: "/items", label: "Items" },
  { to: "/files", label: "Files" },
  { to: "/mail", label: "Mail" },
] as const;

export function SiteHeader() {
  const { data: session } = useQuery(sessionQuery);
  const signOut = useSignOut();

  return (
    <header className="site-header">
      <a className="skip-link" href="#main">
        Skip to the content
      </a>
      <Link to="/" className="site-name" activeProps={{}}>
        <svg className="site-mark" viewBox="0 0 24 24" aria-hidden="true">
          <path d="m12 3 9 4.5-9 4.5-9-4.5zM3 12l9 4.5 9-4.5M3 16.5 12 21l9-4.5" />
        </svg>
        Stack
      </Link>
      {session?.signed_in !== false && (
        <nav className="site-nav" aria-label="Main">
          {PAGES.map(({ to, label }) => (
            <Link key={to} to={to} activeOptions={{ exact: to === "/", includeSearch: false }}>
              {label}
            </Link>
          ))}
        </nav>
      )}
      <div className="site-tools">
        {session?.access === "open" && <p className="access-note">Open to everyone</p>}
        <ThemeSwitch />
        {session?.access === "password" && session.signed_in && (
          <button
            type="button"
            className="button button-quiet"
            disabled={signOut.isPending}
            onClick={() => {
              signOut.mutate();
            }}
          >
            Sign out
          </button>
        )}
      </div>
    </header>
  );
}
