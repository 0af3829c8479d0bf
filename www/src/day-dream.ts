/** The `<day-dream>` element, for now a sign that the module runs: it shows the engine's version. */

import { LitElement, html } from 'lit';
import { startWorker } from './start-worker';

export class DayDream extends LitElement {
  private version = '';
  private worker: Worker | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.worker = startWorker();
    this.worker.addEventListener('message', (event: MessageEvent<string>) => {
      this.version = event.data;
      this.requestUpdate();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.worker?.terminate();
  }

  override render() {
    return html`<output>${this.version}</output>`;
  }
}

customElements.define('day-dream', DayDream);
