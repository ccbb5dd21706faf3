import { createPage } from '../page.tsx';
import { importPath, productsPath } from './productAddress.ts';

export const productsPages = [
  createPage({
    path: productsPath,
    area: 'products',
    needs: null,
    tab: 'products',
    page: async () => (await import('./productsPage.tsx')).ProductsPage,
    words: {
      en: async () => (await import('../../words/consoleEnProducts.ts')).consoleEnProducts,
      vi: async () => (await import('../../words/consoleViProducts.ts')).consoleViProducts,
    },
  }),
  createPage({
    path: importPath,
    area: 'products',
    needs: 'products:write',
    tab: 'import',
    page: async () => (await import('./importPage.tsx')).ImportPage,
    words: {
      en: async () => {
        const [{ consoleEnImport }, { consoleEnProducts }] = await Promise.all([
          import('../../words/consoleEnImport.ts'),
          import('../../words/consoleEnProducts.ts'),
        ]);
        return { ...consoleEnImport, product: consoleEnProducts };
      },
      vi: async () => {
        const [{ consoleViImport }, { consoleViProducts }] = await Promise.all([
          import('../../words/consoleViImport.ts'),
          import('../../words/consoleViProducts.ts'),
        ]);
        return { ...consoleViImport, product: consoleViProducts };
      },
    },
  }),
];
