/**
 * The decimals of a currency's minor unit, by ISO 4217. Not those of the browser's `Intl`: runtimes differ (LAK has two in
 * one and none in another), and an amount would be a hundred times what it is. All others have two, also those that were
 * withdrawn.
 */
export const decimalsOf = (currency: string): number =>
  /BIF|CLP|DJF|GNF|ISK|JPY|KMF|KRW|PYG|RWF|UGX|UYI|VND|VUV|X[AOP]F/.test(currency)
    ? 0
    : /BHD|IQD|JOD|KWD|LYD|OMR|TND/.test(currency)
      ? 3
      : /CLF|UYW/.test(currency)
        ? 4
        : 2;
