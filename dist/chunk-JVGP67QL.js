import{createRequire as __cr}from'node:module';import{fileURLToPath as __fp}from'node:url';const require=__cr(import.meta.url),__filename=__fp(import.meta.url),__dirname=__fp(new URL('.',import.meta.url));
function annotateTests(failed){return failed.slice(0,10).map(({name,output,place})=>{let message=output.trim().slice(0,4e3)||"the test failed without a message";return`::error ${`file=${property(place.file)},line=${place.line},col=${place.col},title=${property(`test ${name}`)}`}::${data(message)}
`}).join("")}function annotate(kind,title,message){return`::${kind} title=${property(title)}::${data(message)}
`}function data(text){return text.replaceAll("%","%25").replaceAll("\r","%0D").replaceAll(`
`,"%0A")}function property(text){return data(text).replaceAll(":","%3A").replaceAll(",","%2C")}export{annotateTests,annotate};
