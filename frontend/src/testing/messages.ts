/** For tests: text as it stands in the code. */
import { i18n } from "@lingui/core";

i18n.loadAndActivate({ locale: "en", locales: "en-IN", messages: {} });
