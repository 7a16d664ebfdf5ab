import { useQuery } from "@tanstack/react-query";
import { ThemeSwitch } from "@/routes/theme-switch";
import { sessionQuery, useSignOut } from "@/shared/api/session";
import { useAddress } from "@/shared/navigation";
import { siteName, useSite } from "@/shared/site";
import { Link } from "@/shared/ui/link";
import { common } from "@/texts/common";

const PAGES = [
  { to: "/", label: common.pages.overview },
  { to: "/items", label: common.pages.items },
  { to: "/files", label: common.pages.files },
  { to: "/mail", label: common.pages.mail },
] as const;

export function SiteHeader() {
  const { data: session } = useQuery(sessionQuery);
  const { pathname } = useAddress();
  const site = useSite();
  const signOut = useSignOut();

  return (
    <header className="site-header">
      <a className="skip-link" href="#main">
        {common.skip}
      </a>
      <Link to="/" className="site-name">
        <svg className="site-mark" viewBox="0 0 24 24" aria-hidden="true">
          <path d="m12 3 9 4.5-9 4.5-9-4.5zM3 12l9 4.5 9-4.5M3 16.5 12 21l9-4.5" />
        </svg>
        <span className="site-project">{siteName(site)}</span>
        {site.stack && <span className="site-stack">{site.stack}</span>}
      </Link>
      {/* Until the answer is here, for a browser where somebody was signed in. */}
      {(session?.signed_in ?? site.signed_in) && (
        <nav className="site-nav" aria-label={common.mainNavigation}>
          {PAGES.map(({ to, label }) => (
            <Link key={to} to={to} aria-current={to === pathname ? "page" : undefined}>
              {label}
            </Link>
          ))}
        </nav>
      )}
      <div className="site-tools">
        {session?.access === "open" && <p className="access-note">{common.openToEveryone}</p>}
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
            {common.signOut}
          </button>
        )}
      </div>
    </header>
  );
}
