/** Network boots: how far the machines came, and each of them as a ladder of messages. */
import type { PxeClientReport } from '../../assess/types.ts';
import { count, counted } from '../quantity.ts';
import { stepLabel } from '../terminal/pxe.ts';
import { bootDetails } from './boot-details.ts';
import { hasFailed, isDone, machineName, reachedText, STEPS, stepNumber } from './boot-steps.ts';
import { h, hidden, replace } from './dom.ts';
import { growing, heads, leftOut, numbers, type Page, type Section, section, tableBox } from './section.ts';
import { transferTable } from './transfers.ts';

const LIST = 60;

export function bootsSection(page: Page): Section | null {
  const { pxe_clients: clients, tftp_transfers: transfers } = page.report;
  if (clients.length === 0 && transfers.length === 0) return null;
  const failed = clients.filter(hasFailed).length;
  return {
    id: 'boots',
    title: 'Network boots',
    amount: clients.length,
    element: section(
      'boots',
      'Network boots',
      clients.length === 0
        ? null
        : `${counted(clients.length, 'machine')} asked for network boot; ${count(clients.filter(isDone).length)} loaded a program, ${count(failed)} did not.`,
      ...(clients.length === 0 ? [] : [machines(clients, page)]),
      leftOut(page, 'pxe_clients', 'machines'),
      transfers.length === 0 ? null : transferTable(page),
    ),
  };
}

/** How many stopped where, the list of them, and the chosen one. */
function machines(clients: readonly PxeClientReport[], page: Page): HTMLElement {
  const panel = h('div', {
    class: 'panel boot',
    id: 'boot',
    role: 'region',
    'aria-label': 'Chosen machine',
    tabindex: -1,
  });
  const list = h('div', { class: 'machine-list' });
  const status = h('p', { class: 'muted', role: 'status' });
  const search = h('input', {
    type: 'search',
    id: 'machine',
    placeholder: 'Hardware address, IP address, UUID, file',
    autocomplete: 'off',
    spellcheck: 'false',
  });
  let step = '';
  let chosen: PxeClientReport | undefined = clients[0];

  function choose(client: PxeClientReport | undefined, byHand: boolean): void {
    chosen = client;
    replace(panel, client === undefined ? null : bootDetails(client, page));
    for (const row of list.querySelectorAll('tr[aria-current]')) row.removeAttribute('aria-current');
    const number = client === undefined ? -1 : clients.indexOf(client);
    list.querySelector(`tr[data-machine="${number}"]`)?.setAttribute('aria-current', 'true');
    if (byHand) {
      panel.focus({ preventScroll: true });
      panel.scrollIntoView({ block: 'nearest' });
    }
  }

  function show(): void {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const kept = clients.filter((client) => {
      if (step !== '' && client.reached !== step) return false;
      if (words.length === 0) return true;
      const text = [
        client.hardware_address,
        client.uuid,
        client.architecture_name,
        ...client.addresses,
        ...client.boot_files,
      ]
        .join(' ')
        .toLowerCase();
      return words.every((word) => text.includes(word));
    });
    status.textContent =
      kept.length === clients.length ? '' : `${count(kept.length)} of ${counted(clients.length, 'machine')}`;
    const body = h('tbody');
    const table = h(
      'table',
      { class: 'machines' },
      heads('Machine', 'Address', 'Came as far as', numbers('After')),
      body,
    );
    const more = growing(
      kept,
      body,
      (client) => machineRow(client, clients.indexOf(client), (one) => choose(one, true)),
      'machines',
      LIST,
    );
    replace(
      list,
      kept.length === 0 ? h('p', { class: 'notice' }, 'No machine is like this.') : [tableBox('Machines', table), more],
    );
    choose(chosen !== undefined && kept.includes(chosen) ? chosen : kept[0], false);
  }

  const funnel = reachedChart(clients, (wanted) => {
    step = wanted;
    show();
  });
  search.addEventListener('input', show);
  show();
  return h(
    'div',
    {},
    funnel,
    h(
      'div',
      { class: 'boots' },
      h(
        'div',
        { class: 'machine-column' },
        clients.length < 8 ? null : h('label', { class: 'field' }, h('span', {}, 'Search the machines'), search),
        status,
        list,
      ),
      panel,
    ),
  );
}

function machineRow(client: PxeClientReport, number: number, choose: (client: PxeClientReport) => void): HTMLElement {
  const seconds = client.times[client.reached];
  return h(
    'tr',
    { 'data-machine': number },
    h(
      'th',
      { scope: 'row' },
      h('button', { type: 'button', class: 'link mono', click: () => choose(client) }, machineName(client)),
    ),
    h('td', {}, client.addresses[client.addresses.length - 1] ?? ''),
    h('td', {}, progress(client), reachedText(client)),
    h('td', { class: 'num' }, seconds === undefined ? '' : `${seconds.toFixed(1)} s`),
  );
}

/** A dash for each step, the last one red where it ends there. */
function progress(client: PxeClientReport): HTMLElement {
  const reached = stepNumber(client);
  return h(
    'span',
    { class: 'progress', 'aria-hidden': 'true' },
    ...STEPS.slice(0, 9).map((_, at) =>
      h('i', { class: at > reached ? '' : at === Math.min(reached, 8) && hasFailed(client) ? 'bad' : 'good' }),
    ),
  );
}

/** How many machines came how far; a bar filters the list. */
function reachedChart(clients: readonly PxeClientReport[], filter: (step: string) => void): HTMLElement {
  const steps = [
    ...STEPS,
    ...new Set(
      clients.map(({ reached }) => reached).filter((reached) => !(STEPS as readonly string[]).includes(reached)),
    ),
  ];
  const rows = steps.flatMap((step) => {
    const there = clients.filter(({ reached }) => reached === step);
    return there.length === 0 ? [] : [{ step, amount: there.length, failed: there.some(hasFailed) }];
  });
  const most = Math.max(...rows.map(({ amount }) => amount));
  const buttons: HTMLButtonElement[] = [];
  const press = (step: string, button: HTMLButtonElement): void => {
    const on = button.getAttribute('aria-pressed') !== 'true';
    for (const each of buttons) each.setAttribute('aria-pressed', 'false');
    button.setAttribute('aria-pressed', String(on));
    filter(on ? step : '');
  };
  const list = h('ul', {
    class: 'reached',
    'aria-label': 'Machines by how far they came; press one to list only those',
  });
  for (const { step, amount, failed } of rows) {
    const bar = h('span', { class: `bar ${failed ? 'bad' : 'good'}` });
    bar.style.width = `${Math.max(0.5, (amount / most) * 100)}%`;
    const button = h(
      'button',
      { type: 'button', 'aria-pressed': 'false' },
      h(
        'span',
        { class: 'what' },
        failed ? h('span', { class: 'stop', 'aria-hidden': 'true' }, '✕ ') : h('span', { 'aria-hidden': 'true' }, '✓ '),
        stepLabel(step),
        hidden(failed ? ', and no further: ' : ': '),
      ),
      h('b', { class: 'num' }, count(amount)),
      h('span', { class: 'track', 'aria-hidden': 'true' }, bar),
    );
    button.addEventListener('click', () => press(step, button));
    buttons.push(button);
    list.append(h('li', {}, button));
  }
  return list;
}
