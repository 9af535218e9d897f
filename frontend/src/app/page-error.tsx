import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { Component, type ReactNode, useEffect } from "react";
import { useLocation } from "react-router";
import { Button } from "@/components/ui/button";
import { forgetFailures } from "./page";

type PageErrorsProps = {
  /** Whether it stands within the frame of the app, which has the page's landmark already. */
  framed?: boolean;
  children: ReactNode;
};

/** Catches what breaks inside, until somebody goes elsewhere. */
export function PageErrors({ framed = false, children }: PageErrorsProps) {
  const { key } = useLocation();
  return (
    <Boundary at={key} framed={framed}>
      {children}
    </Boundary>
  );
}

type BoundaryProps = { at: string; framed: boolean; children: ReactNode };

class Boundary extends Component<BoundaryProps, { broken?: { error: unknown; at: string } }> {
  override state: { broken?: { error: unknown; at: string } } = {};

  static getDerivedStateFromError(error: unknown) {
    return { broken: { error, at: "" } };
  }

  override componentDidCatch() {
    const { broken } = this.state;
    if (broken) this.setState({ broken: { ...broken, at: this.props.at } });
  }

  override componentDidUpdate() {
    const { broken } = this.state;
    if (!broken?.at || broken.at === this.props.at) return;
    forgetFailures();
    this.setState({ broken: undefined });
  }

  override render() {
    const { broken } = this.state;
    if (!broken) return this.props.children;
    return <PageError error={broken.error} framed={this.props.framed} />;
  }
}

type PageErrorProps = { error: unknown; framed: boolean };

/** The last resort: a page that broke, or a part of the app that could not be loaded after a new version came out. */
function PageError({ error, framed }: PageErrorProps) {
  const stale = error instanceof TypeError && /import|module/i.test(error.message);
  const title = t`This page could not be shown`;

  useEffect(() => {
    document.title = `${title} · Mini CRM`;
  }, [title]);

  useEffect(() => {
    // Nothing else is worth another try by itself: what broke once breaks again.
    if (!stale) return;
    let asking = new AbortController();
    async function again() {
      asking.abort();
      asking = new AbortController();
      const { signal } = asking;
      // The network may say that it is there some seconds before it is.
      while (!signal.aborted && !(await isReachable(signal))) await passed(3_000);
      // The whole page, since browsers remember what they could not import.
      if (!signal.aborted) window.location.reload();
    }
    window.addEventListener("online", again);
    return () => {
      asking.abort();
      window.removeEventListener("online", again);
    };
  }, [stale]);

  const Around = framed ? "div" : "main";
  return (
    <Around className="mx-auto max-w-md px-6 py-24">
      <div role="alert" className="grid justify-items-start gap-4">
        <h1 className="text-2xl font-semibold tracking-tight">{title}</h1>
        <p className="text-muted">
          {stale ? (
            <Trans>
              A part of the app could not be loaded. The connection may be gone, or a new version is out.
            </Trans>
          ) : (
            <Trans>Something unexpected happened. Nothing that you saved is lost.</Trans>
          )}
        </p>
        <Button look="primary" onClick={() => window.location.reload()}>
          <Trans>Load the page again</Trans>
        </Button>
      </div>
    </Around>
  );
}

async function isReachable(signal: AbortSignal): Promise<boolean> {
  const answer = await fetch(window.location.pathname, { cache: "no-store", signal }).catch(() => undefined);
  return answer?.ok ?? false;
}

const passed = (time: number) => new Promise((resolve) => setTimeout(resolve, time));
