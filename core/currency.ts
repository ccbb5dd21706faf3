/**
 * ISO 4217, list one (current currencies and funds), published on 2026-01-01 by its maintenance agency:
 * https://www.six-group.com/en/products-services/financial-information/data-standards.html (`list-one.xml`). A
 * runtime's own list (ICU) also has withdrawn codes, lacks new ones and knows some decimals only by custom, and
 * runtimes differ: for LAK, Bun has 2 decimals and Deno has none. The 13 codes whose minor unit the list gives as
 * “N.A.” cannot be an integer in a minor unit, so they are left out: metals (XAG, XAU, XPD, XPT), units of account
 * (XBA, XBB, XBC, XBD, XDR, XSU, XUA), XTS and XXX.
 */
const codesByDecimals: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  2: `
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF
    CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD
    GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL
    MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR
    PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP
    TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG`,
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

const decimals: ReadonlyMap<string, number> = new Map(
  Object.entries(codesByDecimals).flatMap(([count, codes]) =>
    codes
      .trim()
      .split(/\s+/)
      .map((code) => [code, Number(count)] as const),
  ),
);

/** True for an active code of ISO 4217 that has a minor unit, in upper case. */
export const isCurrency = (code: string): boolean => decimals.has(code);

/** Most withdrawn currencies had cents. An order in one that was withdrawn after its time is still shown. */
const withdrawnDecimals = 2;

/** How many decimals the minor unit has: 0 for VND, 2 for USD, 4 for CLF. */
export const decimalsOf = (code: string): number => decimals.get(code) ?? withdrawnDecimals;

/** All active codes that have a minor unit. */
export const currencies: readonly string[] = [...decimals.keys()];
