/**
 * Keeps a page's errors where a test can read them, for the browser whose driver cannot tell them (WebKit). The servers
 * of the tests put this script at the head of every page.
 */

declare global {
  interface Window {
    recordedErrors?: string[];
  }
}

const SCRIPT = `<script>
  window.recordedErrors = [];
  const record = (what) => window.recordedErrors.push(what);
  addEventListener('error', (event) => {
    record(event.target === window ? 'uncaught: ' + event.message : 'cannot load ' + (event.target.src ?? event.target.href));
  }, true);
  addEventListener('unhandledrejection', (event) => record('unhandled: ' + (event.reason?.message ?? event.reason)));
  const consoleError = console.error;
  console.error = (...values) => { record(values.map(String).join(' ')); consoleError.apply(console, values); };
</script>`;

/** The document with the recorder before any of its own scripts. */
export function withRecorder(html: string): string {
  return html.includes('<head>') ? html.replace('<head>', `<head>${SCRIPT}`) : SCRIPT + html;
}

/** Runs in the page: the errors so far. */
export function recordedErrors(): string[] {
  return window.recordedErrors ?? ['the page was served without the recorder'];
}
