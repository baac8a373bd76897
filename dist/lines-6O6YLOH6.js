import{createRequire as __cr}from'node:module';import{fileURLToPath as __fp}from'node:url';const require=__cr(import.meta.url),__filename=__fp(import.meta.url),__dirname=__fp(new URL('.',import.meta.url));
import{decodeLines,encodeLines,lookup}from"./chunk-MZ65HZ6X.js";import"./chunk-NKL4CTBL.js";export{decodeLines,encodeLines,lookup};
