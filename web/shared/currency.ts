/**
 * The decimals of a currency's minor unit, by ISO 4217. Not those of the browser's `Intl`: runtimes differ (LAK has two in
 * one and none in another), and an amount would be a hundred times what it is.
 */
const codesByDecimals: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

/** All others have two, also those that were withdrawn. */
export const decimalsOf = (currency: string): number => {
  for (const [decimals, codes] of Object.entries(codesByDecimals))
    if (codes.split(' ').includes(currency)) return Number(decimals);
  return 2;
};
