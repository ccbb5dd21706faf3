import { afterAll, expect, test } from 'bun:test';
import { expectStatus, itemsOf, textAt, valueAt } from '../../processes/client.ts';
import { createTestFile } from '../../processes/sqlite.ts';
import { withConsole } from './consoleGround.ts';
import { cardOf, pageWordsOf } from './consoleMoneyStates.ts';
import { holdAnswers } from './customer.ts';
import { isFocused } from './look.ts';
import { dispute, openBank, refundAtProvider, strangeCharge, untilCases } from './moneyGround.ts';
import type { Operator } from './operator.ts';
import { pressTwice } from './orderSteps.ts';
import { until } from './shop.ts';

const bank = await openBank();
afterAll(() => bank.close());

const { money: words, orders: orderWords, refunds: refundWords } = pageWordsOf({ language: 'en' });

/** Intl sets amounts apart with a space that does not break. */
const plain = (text: string | null) => (text ?? '').replaceAll(/\s/g, ' ');

const openCases = async ({ goto, page }: Operator, check: string): Promise<void> => {
  await goto(`/console/money/${check}`);
  await page.locator('article').first().waitFor();
};

/** The list of cases has the focus: the card that had it is gone. */
const listHasFocus = ({ page }: Operator): Promise<unknown> =>
  until(
    () => isFocused(page, '#main [data-list]'),
    (found) => found,
  );

withConsole('Money in the console', { createDatabase: createTestFile, env: bank.env }, ({ shop, visit }) => {
  /** A case of `ledger_differences` with an amount of its own, and how to find its card. */
  const newDifference = async (amount: number) => {
    const { caseId, ...others } = await strangeCharge(shop(), bank, amount);
    const text = new Intl.NumberFormat('en').format(amount);
    const cardIn = ({ page }: Operator) => page.locator('article', { hasText: text });
    return { caseId, text, cardIn, ...others };
  };

  test('Each check is a number with its meaning, and leads to its cases', async () => {
    const { checkoutId } = await dispute(shop(), bank);
    await visit(async (operator) => {
      const { goto, page } = operator;
      await goto('/console/money');
      const card = page.getByRole('link', { name: words.checks.disputes_open.name });
      await card.waitFor();
      expect(await card.textContent()).toContain(words.checks.disputes_open.text);
      const zero = page.getByRole('link', { name: words.checks.charged_twice.name });
      expect(await zero.textContent()).toContain(words.overview.isZero);
      await card.click();
      await page.getByRole('heading', { level: 1, name: words.checks.disputes_open.name }).waitFor();
      // A case of a payment shows its orders, and the address says so.
      await page.getByRole('link', { name: words.cases.orders }).last().click();
      await page.waitForURL(/open=/);
      await page.locator('article a[href*="/console/orders/"]').first().click();
      await page.getByText(orderWords.order.disputed).waitFor();
      expect(
        await page.getByRole('button', { name: orderWords.refund.open }).getAttribute('aria-disabled'),
      ).toBe('true');
      expect(checkoutId).not.toBe('');
    });
  });

  test('A case is acknowledged once with a note, and the list has the focus', async () => {
    const { cardIn, caseId } = await newDifference(4_000_100);
    await visit(async (operator) => {
      const { commands, email, page } = operator;
      await openCases(operator, 'ledger_differences');
      await cardIn(operator).getByRole('button', { name: words.cases.acknowledge }).click();
      const dialog = page.getByRole('dialog');
      await dialog.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      const focused = () => page.evaluate(() => document.activeElement?.textContent);
      expect(await focused()).toBe(words.cases.acknowledge);
      await page.keyboard.press('Enter');
      await dialog.getByRole('button', { name: words.acknowledge.submit }).click();
      await dialog.getByText(words.acknowledge.missing).waitFor();
      await dialog.getByLabel(words.acknowledge.note).fill('asked the bank');
      await pressTwice(dialog.getByRole('button', { name: words.acknowledge.submit }));
      await page.getByRole('status').getByText(words.acknowledge.done).waitFor();
      expect(commands).toEqual(['POST /money/ledger_differences/acknowledgements']);
      await cardIn(operator).waitFor({ state: 'detached' });
      await listHasFocus(operator);
      await page.getByRole('link', { name: words.cases.acknowledged }).click();
      await cardIn(operator).getByText('asked the bank').waitFor();
      expect(await cardIn(operator).textContent()).toContain(email);
      const [stored] = (await untilCases(shop(), 'ledger_differences', () => true)).filter(
        (each) => valueAt(each, 'id') === caseId,
      );
      expect(valueAt(valueAt(stored, 'acknowledgement'), 'note')).toBe('asked the bank');
    });
  });

  test('A second operator reads the first one’s note before it is replaced', async () => {
    const { caseId, cardIn } = await newDifference(4_000_200);
    await visit(async (operator) => {
      const { commands, page } = operator;
      await openCases(operator, 'ledger_differences');
      await cardIn(operator).getByRole('button', { name: words.cases.acknowledge }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel(words.acknowledge.note).fill('mine');
      const path = '/money/ledger_differences/acknowledgements';
      expectStatus(await shop().operator.post(path, { caseId, note: 'called the bank' }), 201);
      await dialog.getByRole('button', { name: words.acknowledge.submit }).click();
      const theirs = dialog.getByRole('alert');
      await theirs.getByText('“called the bank”').waitFor();
      expect(await theirs.textContent()).toContain('operator@');
      expect(commands).toEqual([]);
      await theirs.getByRole('button', { name: words.acknowledge.keep }).click();
      await cardIn(operator).waitFor({ state: 'detached' });
      await listHasFocus(operator);
      const note = async () => {
        const cases = await untilCases(shop(), 'ledger_differences', () => true);
        const found = cases.find((each) => valueAt(each, 'id') === caseId);
        return valueAt(valueAt(found, 'acknowledgement'), 'note');
      };
      expect(await note()).toBe('called the bank');

      await page.getByRole('link', { name: words.cases.acknowledged }).click();
      await cardIn(operator).getByRole('button', { name: words.cases.changeNote }).click();
      await dialog.getByLabel(words.acknowledge.note).fill('mine after all');
      await dialog.getByRole('button', { name: words.acknowledge.replace }).click();
      await page.getByRole('status').getByText(words.acknowledge.done).waitFor();
      expect(await note()).toBe('mine after all');
    });
  });

  test('A case that is gone is said calmly, and nothing is sent', async () => {
    const { cardIn, caseId } = await newDifference(4_000_300);
    await visit(async (operator) => {
      const { client, commands, page } = operator;
      await openCases(operator, 'ledger_differences');
      await cardIn(operator).getByRole('button', { name: words.cases.acknowledge }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel(words.acknowledge.note).fill('mine');
      // As if it had settled: the check does not list it any more.
      await page.route('**/money/ledger_differences?*', async (route) => {
        const { pathname, search } = new URL(route.request().url());
        const listed = expectStatus(await client.get(pathname + search), 200);
        const items = itemsOf(listed).filter((each) => valueAt(each, 'id') !== caseId);
        await route.fulfill({ json: { items, nextCursor: null } });
      });
      await dialog.getByRole('button', { name: words.acknowledge.submit }).click();
      await dialog.getByText(words.meanwhile.goneText).waitFor();
      expect(commands).toEqual([]);
      await dialog.getByRole('button', { name: words.meanwhile.reload }).click();
      await listHasFocus(operator);
    });
  });

  test('A charge without an order is given back once, and the second operator hears of the first', async () => {
    const { cardIn, caseId, text } = await newDifference(4_000_400);
    await visit(async (operator) => {
      const { client, page } = operator;
      await openCases(operator, 'ledger_differences');
      await cardIn(operator).getByRole('button', { name: words.cases.giveBack }).click();
      const dialog = page.getByRole('dialog');
      expect(plain(await dialog.textContent())).toContain(text);
      await dialog.getByLabel(words.giveBack.reason).fill('not ours');
      const path = '/money/ledger_differences/refunds';
      const theirs = { caseId, reason: 'a stranger paid' };
      expectStatus(await shop().operator.post(path, theirs), 202);
      await pressTwice(dialog.getByRole('button', { name: new RegExp(text) }));
      await dialog.getByText(words.giveBack.doneBefore('a stranger paid')).waitFor();
      await dialog.getByRole('button', { name: words.meanwhile.reload }).click();
      await cardIn(operator).waitFor({ state: 'detached' });
      const refunds = itemsOf(expectStatus(await client.get('/refunds?limit=100'), 200));
      expect(refunds.filter((each) => valueAt(valueAt(each, 'amount'), 'amount') === 4_000_400)).toHaveLength(
        1,
      );
    });
  });

  test('A refund of the provider gets its order, and the second operator hears which one it has', async () => {
    const first = await refundAtProvider(shop(), bank);
    await visit(async (operator) => {
      const { page } = operator;
      await openCases(operator, 'refunds_unassigned');
      const assign = async (id: string) => {
        await cardOf(operator, id).getByRole('button', { name: words.cases.assign }).click();
        await page.getByRole('dialog').getByRole('radio').first().check();
        return page.getByRole('dialog').getByRole('button', { name: words.assign.submit, exact: true });
      };
      await pressTwice(await assign(first.refundId));
      await page.getByRole('status').getByText(words.assign.done).waitFor();
      await cardOf(operator, first.refundId).waitFor({ state: 'detached' });
      await listHasFocus(operator);

      const second = await refundAtProvider(shop(), bank);
      await page.reload();
      const submit = await assign(second.refundId);
      const [, orderId] = second.orderIds;
      expectStatus(await shop().operator.post(`/refunds/${second.refundId}/assignment`, { orderId }), 200);
      await submit.click();
      await page.getByRole('dialog').getByText(words.assign.doneBefore).waitFor();
      const link = page.getByRole('dialog').getByRole('link', { name: words.cases.order });
      expect(await link.getAttribute('href')).toBe(`/console/orders/${orderId}`);
    });
  });

  test('A day is reconciled once a press, and its differences are shown when they are there', async () => {
    const { day, text } = await newDifference(4_000_500);
    await visit(async (operator) => {
      const { commands, goto, page } = operator;
      await goto('/console/reconciliations');
      await page.getByRole('button', { name: words.reconciliations.start }).click();
      await page.getByText(words.reconciliations.dayProblem).waitFor();
      await page.getByLabel(words.reconciliations.day).fill(day);
      await pressTwice(page.getByRole('button', { name: words.reconciliations.start }));
      await page.getByRole('status').getByText(words.reconciliations.started(day)).waitFor();
      expect(commands).toEqual(['POST /money/reconciliations']);
      await page.locator('tbody tr').first().getByText(words.reconciliations.differ).waitFor();
      await page
        .getByRole('link', { name: words.reconciliations.see(day) })
        .first()
        .click();
      await page.getByRole('heading', { level: 1, name: words.reconciliation.title(day) }).waitFor();
      const row = page.locator('tbody tr', { hasText: text });
      await row.waitFor();
      expect(await row.textContent()).toContain(words.differences.charge_unknown);
    });
  });

  test('An answer that is lost is said by the action, and the same note is one command', async () => {
    const { cardIn } = await newDifference(4_000_600);
    await visit(async (operator) => {
      const { page, words: frame } = operator;
      const keys: string[] = [];
      page.on('request', (request) => {
        if (request.method() === 'POST') keys.push(request.headers()['idempotency-key'] ?? '');
      });
      await openCases(operator, 'ledger_differences');
      await cardIn(operator).getByRole('button', { name: words.cases.acknowledge }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel(words.acknowledge.note).fill('once');
      const held = await holdAnswers(page, '*/acknowledgements');
      await dialog.getByRole('button', { name: words.acknowledge.submit }).click();
      await held.arrived;
      await held.lose();
      await dialog.getByRole('alert').getByText(frame.state.lost).waitFor();
      await dialog.getByRole('button', { name: words.acknowledge.submit }).click();
      // It was stored: the page sees that, and sends nothing more.
      await page.getByRole('status').getByText(words.acknowledge.done).waitFor();
      expect(keys.length).toBe(1);
    });
  });

  test('What a person may not do in a case is not sent, and says which permission it needs', async () => {
    const { cardIn } = await newDifference(4_000_700);
    await visit(
      async (operator) => {
        const { commands, page, words: frame } = operator;
        await openCases(operator, 'ledger_differences');
        for (const name of [words.cases.acknowledge, words.cases.giveBack])
          await cardIn(operator).getByRole('button', { name }).click({ force: true });
        await page.getByText(frame.access.needs('money:write')).first().waitFor();
        expect(commands).toEqual([]);
        expect(await page.getByRole('dialog').count()).toBe(0);
      },
      { permissions: ['money:read'] },
    );
  });

  test('A failed refund says why, and a link to one refund shows that one', async () => {
    const { refundId } = await refundAtProvider(shop(), bank);
    await visit(async ({ goto, page }) => {
      await goto('/console/refunds?status=failed');
      await page.getByText(refundWords.nothingFoundText).waitFor();
      await page.getByRole('link', { name: refundWords.reset }).click();
      await page.locator('tbody tr').first().waitFor();
      await goto(`/console/refunds?refund=${refundId}`);
      await page.locator('tbody tr').first().waitFor();
      expect(await page.locator('tbody tr').count()).toBe(1);
      expect(textAt(await shop().operator.get(`/refunds/${refundId}`), 'origin')).toBe('provider');
    });
  });
});
