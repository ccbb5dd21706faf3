/** The prefix of the numbers of checkouts in the stores of tests. */
export const numberPrefix = 'T-';
