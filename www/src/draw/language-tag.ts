/**
 * Names American English where the browser names no language that exists, as WebKitGTK does under the locale `C`:
 * uPlot hands the browser's language to `Intl` as soon as it is loaded, and would stop the whole page. Import it first.
 */

try {
  Intl.getCanonicalLocales(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en-US', configurable: true });
}
