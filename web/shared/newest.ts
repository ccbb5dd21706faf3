/**
 * For questions whose answers may come in another order. Called when one is asked; what it returns is called with the
 * answer, and is false if a newer question was answered before.
 */
export const createNewest = () => {
  let asked = 0;
  let answered = 0;
  return (): (() => boolean) => {
    const mine = ++asked;
    return () => {
      if (mine < answered) return false;
      answered = mine;
      return true;
    };
  };
};
