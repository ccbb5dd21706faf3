import { describe, expect, test } from 'bun:test';
import { type MailContent, renderMailBody } from '../../core/mailTemplate.ts';

const content: MailContent = {
  language: 'en',
  title: 'Your order has been processed',
  opening: 'Thank you.',
  lines: [
    { name: 'T-shirt', code: 'TS-1', quantity: 2, amount: '€40.00', facts: [] },
    { name: 'VPN', code: 'VPN', quantity: 1, amount: null, facts: [['Licence key', 'AAAA-BBBB']] },
  ],
  total: ['Total', '€49.00'],
  facts: [
    ['Invoice number', '2026-000007'],
    ['Order', 'order-1'],
  ],
  closing: 'Goodbye.',
};

describe('The body of a mail', () => {
  test('The text has each line with its facts, then the total, the other facts and the closing', () => {
    expect(renderMailBody(content).text).toBe(
      [
        'Thank you.',
        '',
        '2 × T-shirt (TS-1): €40.00',
        '1 × VPN (VPN)',
        '    Licence key: AAAA-BBBB',
        '',
        'Total: €49.00',
        'Invoice number: 2026-000007',
        'Order: order-1',
        '',
        'Goodbye.',
        '',
      ].join('\n'),
    );
    expect(renderMailBody({ ...content, closing: '' }).text).toEndWith('Order: order-1\n');
  });

  test('The HTML has everything that the text has', () => {
    const { html } = renderMailBody(content);
    for (const word of ['T-shirt', 'TS-1', '2 ×', '€40.00', 'AAAA-BBBB', '€49.00', '2026-000007', 'Goodbye.'])
      expect(html).toContain(word);
  });

  test('The HTML escapes every value', () => {
    const evil = `<b>"'&`;
    const { html } = renderMailBody({
      language: evil,
      title: evil,
      opening: evil,
      lines: [{ name: evil, code: evil, quantity: 1, amount: evil, facts: [[evil, evil]] }],
      total: [evil, evil],
      facts: [[evil, evil]],
      closing: evil,
    });
    expect(html).not.toContain('<b>');
    expect(html.split('&#60;b&#62;&#34;&#39;&#38;')).toHaveLength(15);
  });

  test('The HTML declares both colour schemes, and each class of the dark one is in use', () => {
    const page = ['Track', 'https://carrier.example/7'] as const;
    const { html } = renderMailBody({ ...content, facts: [...content.facts, page] });
    expect(html).toContain('<meta name="color-scheme" content="light dark">');
    const [, rules = ''] = /prefers-color-scheme:dark\)\{(.*)\}<\/style>/.exec(html) ?? [];
    const classes = [...rules.matchAll(/\.(\w+)\{/g)].map(([, name]) => name);
    expect(classes).toEqual(['page', 'card', 'muted', 'link', 'rule']);
    for (const name of classes) expect(html).toContain(`class="${name}"`);
  });

  test('The HTML has a link for a page, and the whole width for a long value', () => {
    const { html } = renderMailBody({
      ...content,
      facts: [
        ['Track', 'https://carrier.example/?a=1&b="'],
        ['Short', 'x'.repeat(24)],
        ['Long', 'x'.repeat(25)],
        ['Scheme', 'javascript:alert(1)'],
      ],
    });
    expect(html).toContain('<a href="https://carrier.example/?a=1&#38;b=&#34;" class="link"');
    expect(html.match(/<a /g)).toHaveLength(1);
    expect(html.match(/<td colspan="2" style="vertical-align:top;padding:4px/g)).toHaveLength(2);
  });

  test('The HTML needs nothing from elsewhere', () => {
    expect(renderMailBody(content).html).not.toMatch(/https?:|src=|url\(|<script|<link/i);
  });

  test('The direction of a name does not change the text around it', () => {
    const lines = [{ name: 'חולצה', code: 'C', quantity: 1, amount: null, facts: [] }];
    expect(renderMailBody({ ...content, lines }).html).toContain('<bdi>חולצה</bdi>');
  });
});
