import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

afterEach(cleanup);

// For machines that build something else meanwhile; what is there sooner is found sooner.
configure({ asyncUtilTimeout: 30_000 });

// Not part of jsdom. A light screen.
window.matchMedia = (media) =>
  Object.assign(new EventTarget(), { media, matches: false, onchange: null }) as unknown as MediaQueryList;
