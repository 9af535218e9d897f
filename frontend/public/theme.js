// Applies the remembered theme before the first paint. A file and not an inline script, so that a strict
// content security policy needs no exception.
try {
  const theme = localStorage.getItem("mini-crm-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {}
