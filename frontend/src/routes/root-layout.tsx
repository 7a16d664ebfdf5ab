import { Link, Outlet } from "@tanstack/react-router";
import { useOnline } from "@/shared/online";

const PAGES = [
  { to: "/items", label: "Items" },
  { to: "/files", label: "Files" },
  { to: "/mail", label: "Mail" },
] as const;

/** What surrounds every page. */
export function RootLayout() {
  const online = useOnline();

  return (
    <div className="page-frame">
      <header className="site-header">
        <a className="skip-link" href="#main">
          Skip to the content
        </a>
        <Link to="/" className="site-name">
          Stack
        </Link>
        <nav className="site-nav" aria-label="Main">
          {PAGES.map(({ to, label }) => (
            <Link key={to} to={to}>
              {label}
            </Link>
          ))}
        </nav>
      </header>
      <main id="main" tabIndex={-1} className="stack">
        {!online && (
          <p className="alert" role="status">
            You are offline. What you see may be old, and nothing can be saved.
          </p>
        )}
        <Outlet />
      </main>
    </div>
  );
}
