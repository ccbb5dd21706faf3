import { expect, test } from 'bun:test';
import { consoleWordsOf, loadConsoleWords } from '../../../web/words/consoleMessages.ts';
import { createTestFile } from '../../processes/sqlite.ts';
import { isFocused } from './look.ts';
import { withShop } from './shopGround.ts';

await loadConsoleWords('en');
const words = consoleWordsOf('en');

withShop('Sign-in to the console of a demo', { createDatabase: createTestFile }, ({ visit }) => {
  test('An operator signs in by keys alone, and comes back to where one was', async () => {
    await visit(
      async ({ goto, page }) => {
        await goto('/console/nowhere?x=1');
        await page.getByLabel(words.signIn.email).fill('an@example.com');
        await page.keyboard.press('Enter');
        await page.getByRole('heading', { name: words.frame.notFound }).waitFor();
        expect(page.url()).toContain('/console/nowhere?x=1');
        await page.getByRole('link', { name: words.money.healthy }).waitFor();
        expect(await isFocused(page, '#main h1')).toBe(true);
      },
      { isSignedIn: false },
    );
  });

  test('An address that is none is refused beside its field', async () => {
    await visit(
      async ({ goto, page }) => {
        await goto('/console');
        await page.getByLabel(words.signIn.email).fill('an');
        await page.keyboard.press('Enter');
        await page.getByText(words.signIn.problem).waitFor();
        expect(await isFocused(page, '#main input')).toBe(true);
      },
      { isSignedIn: false },
    );
  });

  test('A customer hears that the account is no operator, signs in as another, and signs out', async () => {
    await visit(async ({ email, goto, page }) => {
      await goto('/console');
      await page.getByText(words.access.notOperatorText(email)).waitFor();
      await page.getByRole('link', { name: words.access.asAnother }).click();
      await page.getByRole('heading', { name: words.signIn.title }).waitFor();
      await page.getByLabel(words.signIn.email).fill('op@example.com');
      await page.getByLabel(words.signIn.as).selectOption({ label: words.signIn.both });
      await page.getByRole('button', { name: words.signIn.signIn }).click();
      await page.getByRole('link', { name: words.money.healthy }).waitFor();
      await page.getByRole('button', { name: words.frame.account }).click();
      await page.getByRole('button', { name: words.frame.signOut }).click();
      await page.getByRole('heading', { name: words.signIn.title }).waitFor();
      await page.getByText(words.signIn.signedOut).waitFor();
      expect(await isFocused(page, '#main h1')).toBe(true);
      expect(await page.getByRole('link', { name: words.money.healthy }).count()).toBe(0);
    });
  });
});
