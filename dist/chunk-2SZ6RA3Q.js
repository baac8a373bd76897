import{createRequire as __cr}from'node:module';import{fileURLToPath as __fp}from'node:url';const require=__cr(import.meta.url),__filename=__fp(import.meta.url),__dirname=__fp(new URL('.',import.meta.url));
import{END,FLOAT,INT,NAME,RESERVED,STRING,lex}from"./chunk-36SWXPOX.js";import{lineMap,position}from"./chunk-5JHSOVGY.js";import{assertNever}from"./chunk-WCG7AS7B.js";import{editDistance}from"./chunk-I2YLVPX4.js";import{ByteReader,ByteWriter,encodeLines,sizeU32}from"./chunk-CHYBI44R.js";function find(node){let root=node;for(;root.forward;)root=root.forward;for(;node.forward;){let next=node.forward;node.forward=root,node=next}return root}function maskOf(node){return find(node).mask}function createSolver(){let nextId=0,queue=[],head=0,all=[],constraints=[],sources=[],running=!1,late=!1;function node(mask=0){let n={id:nextId++,forward:void 0,mask,conv:void 0,elem:void 0,key:void 0,val:void 0,funs:void 0,structs:void 0,deps:[]};return all.push(n),mask&&sources.push({node:n,mask}),n}function touch(n){for(let c of n.deps)c.queued||(c.queued=!0,queue.push(c))}function add2(target,mask){let n=find(target);running||sources.push({node:n,mask});let m=mask;n.conv==="float"&&m&2&&(m=m&-3|8),(n.mask|m)!==n.mask&&(n.mask|=m,touch(n))}function addStruct(target,info){let n=find(target);n.structs??=new Set,n.structs.has(info)||(n.structs.add(info),touch(n)),add2(n,256)}function setFloat(target){let n=find(target);n.conv!=="float"&&(n.conv="float",n.mask&2&&(n.mask=n.mask&-3|8,late=!0,touch(n)))}function setFun(target,shape){let n=find(target);add2(n,512),addShape(n,shape)}function addShape(n,shape){n.funs??=new Map;let known=n.funs.get(shape.params.length);known?known!==shape&&(known.params.forEach((p,i)=>{unify(p,shape.params[i])}),unify(known.result,shape.result)):(n.funs.set(shape.params.length,shape),touch(n))}function unify(left,right){let a=find(left),b=find(right);if(a===b)return;b.forward=a;let{elem,key,val,funs,structs:structs2,deps,conv}=b,before=a.mask;if(a.deps=a.deps.length>=deps.length?a.deps.concat(deps):deps.concat(a.deps),b.deps=[],(a.mask!==b.mask||structs2||funs||elem||key||val)&&(a.mask|=b.mask,touch(a)),structs2){a.structs??=new Set;for(let s of structs2)a.structs.add(s)}if(conv||a.conv){let needs=(before|b.mask)&2;a.conv="float",needs&&(a.mask=a.mask&-3|8,late=!0,touch(a))}if(elem&&(a.elem?unify(a.elem,elem):a.elem=elem),key){let root=find(a);root.key?unify(root.key,key):root.key=key}if(val){let root=find(a);root.val?unify(root.val,val):root.val=val}for(let shape of funs?.values()??[])addShape(find(a),shape)}function link(from,to){let a=find(from),b=find(to);if(a!==b){if(add2(b,a.mask),a.mask&64&&(unify(elemOf(b),elemOf(a)),a=find(a),b=find(b)),a.mask&128&&(unify(keyOf3(b),keyOf3(a)),unify(valOf(find(b)),valOf(find(a))),a=find(a),b=find(b)),a.mask&256&&a.structs)for(let s of a.structs)addStruct(b,s);if(a.mask&512)for(let shape of[...a.funs?.values()??[]])addShape(find(b),shape)}}function elemOf(n){let root=find(n);return root.elem??=node(),root.elem}function keyOf3(n){let root=find(n);return root.key??=node(),root.key}function valOf(n){let root=find(n);return root.val??=node(),root.val}function when(nodes,fn){let c={run:fn,queued:!0};for(let n of nodes)find(n).deps.push(c);constraints.push(c),queue.push(c)}function drain(){for(;head<queue.length;){let c=queue[head++];c.queued=!1,c.run(),head>4096&&head*2>queue.length&&(queue.splice(0,head),head=0)}queue.length=0,head=0}function solve(){running=!0,drain();for(let round2=0;late&&round2<20;round2++){late=!1;for(let n of all)n.mask=0;for(let s of sources)add2(s.node,s.mask);for(let n of all)!n.forward&&n.structs&&add2(n,256),!n.forward&&n.funs&&add2(n,512);for(let c of constraints)c.queued||(c.queued=!0,queue.push(c));drain()}running=!1}function flow(from,to){from!==to&&when([from],()=>link(from,to))}return{node,flow,unify,when,add:add2,addStruct,setFloat,setFun,nodes:()=>all,solve}}function elemNode(solver,n){let root=find(n);return root.elem??=solver.node(),root.elem}function keyNode(solver,n){let root=find(n);return root.key??=solver.node(),root.key}function valNode(solver,n){let root=find(n);return root.val??=solver.node(),root.val}function shapeFor(n,args2){let{funs}=find(n);if(!funs)return;let exact=funs.get(args2);if(exact)return exact;let arities=[...funs.keys()].sort((a,b)=>a-b);return funs.get(arities.find(a=>a>args2)??arities.at(-1))}function reprOf(n){let mask=maskOf(n);switch(mask){case 2:return"i64";case 8:return"f64";case 16:return"bool";default:{let kinds=mask&-2;return kinds===32||kinds===64||kinds===128||kinds===256||kinds===512?"ref":"cell"}}}function intKeyed(map){let key=find(map).key;return key!==void 0&&maskOf(key)===2}function typeName(n,depth=0){let root=find(n),mask=root.mask;if(depth>4)return"\u2026";let parts=[];if(mask&2&&!(mask&4)&&parts.push("int"),mask&4&&parts.push("bigint"),mask&1024&&parts.push("bigrat"),mask&8&&parts.push("float"),mask&16&&parts.push("bool"),mask&32&&parts.push("string"),mask&64&&parts.push(`list<${root.elem&&maskOf(root.elem)?typeName(root.elem,depth+1):"any"}>`),mask&128){let key=root.key&&maskOf(root.key)?typeName(root.key,depth+1):"string";parts.push(`map<${key}, ${root.val&&maskOf(root.val)?typeName(root.val,depth+1):"any"}>`)}if(mask&256){let unions=new Set([...root.structs??[]].map(s=>s.anonymous?"map":s.union?.name??s.name));parts.push(...unions)}return mask&512&&parts.push("fun"),parts.length===0?mask&1?"nil":"any":parts.length>3?"any":mask&1&&parts.length===1?`${parts[0]}?`:parts.join(" | ")}function collectTypes(body,report2){let table3={structs:new Map,unions:new Map,aliases:new Map,decls:new Map,records:new Map};for(let stmt2 of body){if(stmt2.kind!=="type")continue;let name=stmt2.name.text;if(table3.decls.has(name)){report2({severity:"error",code:"T070",title:`type \`${name}\` is declared twice`,labels:[{span:stmt2.name.span},{span:table3.decls.get(name).name.span,text:"first declared here"}]});continue}switch(table3.decls.set(name,stmt2),stmt2.body.kind){case"struct":table3.structs.set(name,newStruct(name,void 0,stmt2.name.span));break;case"union":{let union2={name,variants:[]};table3.unions.set(name,union2);for(let v of stmt2.body.variants){let info=newStruct(v.name.text,union2,v.name.span);union2.variants.push(info),table3.structs.set(v.name.text,info)}break}case"alias":table3.aliases.set(name,stmt2.body.type);break}}return table3}function newStruct(name,union2,span,anonymous2=!1){return{name,fields:[],byName:new Map,methods:new Map,union:union2,span,anonymous:anonymous2,sites:[],isGroup:!1,mergedOf:void 0}}function fillTypes(ctx){for(let decl of ctx.table.decls.values())if(decl.body.kind==="struct")fillFields(ctx,ctx.table.structs.get(decl.name.text),decl.body.fields);else if(decl.body.kind==="union")for(let v of decl.body.variants)fillFields(ctx,ctx.table.structs.get(v.name.text),v.fields)}function fillFields(ctx,info,fields){for(let f of fields){if(info.byName.has(f.name.text))continue;let field={name:f.name.text,node:declNode(ctx,f.type,void 0),type:f.type};info.fields.push(field),info.byName.set(field.name,field)}}function declNode(ctx,t,typeArgs2,depth=0){let{solver,table:table3}=ctx;if(!t||depth>30)return solver.node();switch(t.kind){case"name":{let arg2=typeArgs2?.get(t.name);if(arg2)return arg2;let struct=table3.structs.get(t.name),union2=table3.unions.get(t.name),alias=table3.aliases.get(t.name);if(union2){let n=solver.node();for(let v of union2.variants)solver.addStruct(n,v);return n}if(struct){let n=solver.node();return solver.addStruct(n,struct),n}if(alias)return declNode(ctx,alias,typeArgs2,depth+1);switch(t.name){case"int":case"int64":return solver.node(2);case"float":{let n=solver.node(8);return solver.setFloat(n),n}case"bigint":return solver.node(4);case"bigrat":return solver.node(1024);case"string":return solver.node(32);case"bool":return solver.node(16);case"list":return solver.node(64);case"map":return solver.node(128);case"unit":case"void":return solver.node(1);default:return solver.node()}}case"generic":{if(t.name==="list"&&t.args.length===1){let n=solver.node(64);return solver.unify(elemNode(solver,n),declNode(ctx,t.args[0],typeArgs2,depth+1)),n}if(t.name==="map"&&t.args.length===2){let n=solver.node(128);return solver.unify(keyNode(solver,n),declNode(ctx,t.args[0],typeArgs2,depth+1)),solver.unify(valNode(solver,n),declNode(ctx,t.args[1],typeArgs2,depth+1)),n}return solver.node()}case"fun":{let n=solver.node(),params=t.params.map(p=>declNode(ctx,p,typeArgs2,depth+1)),result=t.result?declNode(ctx,t.result,typeArgs2,depth+1):solver.node();return solver.setFun(n,{params,result}),n}case"record":{let key=typeText(t),info=table3.records.get(key);info||(info=newStruct("record",void 0,t.span,!0),table3.records.set(key,info),fillFields(ctx,info,t.fields));let n=solver.node();return solver.addStruct(n,info),n}case"option":{let inner=declNode(ctx,t.inner,typeArgs2,depth+1),n=solver.node(1);return solver.flow(inner,n),n}}}function allowedBy(table3,t,typeArgs2,depth=0){if(!t||depth>30)return;let text=typeText(t);switch(t.kind){case"name":{if(typeArgs2?.has(t.name))return;let union2=table3.unions.get(t.name);if(union2)return{mask:256,structs:new Set(union2.variants),text};let struct=table3.structs.get(t.name);if(struct)return{mask:384,structs:new Set([struct]),text};let alias=table3.aliases.get(t.name);if(alias)return allowedBy(table3,alias,typeArgs2,depth+1);switch(t.name){case"int":case"int64":case"float":case"bigint":case"bigrat":return{mask:1038,structs:void 0,text};case"string":return{mask:32,structs:void 0,text};case"bool":return{mask:16,structs:void 0,text};case"list":return{mask:64,structs:void 0,text};case"map":return{mask:384,structs:void 0,text};default:return}}case"generic":return t.name==="list"?{mask:64,structs:void 0,text}:t.name==="map"?{mask:384,structs:void 0,text}:void 0;case"fun":return{mask:512,structs:void 0,text};case"record":return{mask:384,structs:void 0,text};case"option":return allowedBy(table3,t.inner,typeArgs2,depth+1)}}function typeText(t){switch(t.kind){case"name":return t.name;case"generic":return`${t.name}<${t.args.map(typeText).join(", ")}>`;case"fun":return`fun(${t.params.map(typeText).join(", ")})${t.result?`: ${typeText(t.result)}`:""}`;case"record":return`{${t.fields.map(f=>`${f.name.text}: ${typeText(f.type)}`).join(", ")}}`;case"option":return`${typeText(t.inner)}?`}}function errorAt(ctx,code,title,span,hint){ctx.report({severity:"error",code,title,labels:[{span}],...hint?{hint}:{}})}function warnAt(ctx,code,title,span,hint){ctx.report({severity:"warning",code,title,labels:[{span}],...hint?{hint}:{}})}function unsupported(ctx,what,span){errorAt(ctx,"N001",`not supported yet: ${what}`,span,"This version of the compiler cannot compile this part of the language.")}function newFun(ctx,kind,display,span,parent,result,more={}){let id=ctx.nextFun();return{kind,name:kind==="main"?"main":`${display.replace(/[^A-Za-z0-9_.]/g,"_")}.${id}`,display,span,decl:more.decl,lambda:more.lambda,parent,params:[],result,fallsThrough:!0,captures:new Set,capturedFuns:new Set,asValue:!1,self:more.self,fieldSyms:new Map,nodes:new Map,refs:new Map,calls:new Map,syms:new Map,funs:new Map,patterns:new Map,present:new Set,queries:new Map,updates:new Map,records:new Map,inputs:new Map,steps:new Map}}function newSym(ctx,scope,name,span,node,mutable,topLevel=!1,declared,maybeFun=!0){let sym={name,node,span,mutable,maybeFun,declared,owner:scope.fun,topLevel,global:!1,captured:!1,group:void 0,assignments:0,capturedEarly:!1};return scope.names.set(name,{kind:"var",sym}),topLevel&&ctx.globals.push(sym),sym}function useSym(fun,sym){if(sym.owner!==fun){if(sym.topLevel){sym.global=!0;return}sym.captured=!0;for(let f=fun;f&&f!==sym.owner;f=f.parent)f.captures.add(sym),f.kind==="named"&&f.span.start<sym.span.start&&(sym.capturedEarly=!0)}}function noteAnonymous(ctx,info){ctx.shapes.push(info)}function notRecord(ctx,info){for(let site of info.sites)ctx.notRecords.add(site)}function needsMap(ctx,node){ctx.solver.when([node],()=>{for(let s of find(node).structs??[])s.anonymous&&notRecord(ctx,s)})}function checkDeclared(ctx,node,type,span,code,scope,what){let allowed=allowedBy(ctx.types,type,scope.typeArgs);allowed&&ctx.checks.push({kind:"declared",node,allowed,span,code,what})}function canFallThrough(body){for(let s of body)switch(s.kind){case"return":case"break":case"continue":return!1;case"if":if(s.else&&!ifFalls(s))return!1;break;case"while":if(s.cond.kind==="bool"&&s.cond.value&&!hasBreak(s.body.body))return!1;break;case"expr":if(s.expr.kind==="call"&&s.expr.callee.kind==="name"&&s.expr.callee.name==="panic")return!1;break;default:break}return!0}function ifFalls(s){return canFallThrough(s.then.body)||!s.else?!0:"kind"in s.else?ifFalls(s.else):canFallThrough(s.else.body)}function hasBreak(body){return body.some(s=>s.kind==="break"?!0:s.kind==="if"?ifHasBreak(s):!1)}function ifHasBreak(s){return hasBreak(s.then.body)?!0:s.else?"kind"in s.else?ifHasBreak(s.else):hasBreak(s.else.body):!1}var DIGIT_BASES=new Set([2n,8n,10n,16n]);function growingSites(program){let sites=new Set;for(let fun of allFuns(program)){let body=fun===program.main?program.body:fun.decl?.body.body??fun.lambda?.block?.body??[],assignments=[],returns=[];collect(fun,body,[],assignments,returns),fun.lambda?.expr&&returns.push(fun.lambda.expr),recurrences(fun,assignments,sites),recursion(fun,assignments,returns,sites)}return sites}function allFuns(program){let found=new Set,visit=f=>{if(!found.has(f)){found.add(f);for(let g of f.funs.values())visit(g);for(let c of f.calls.values())(c.kind==="direct"||c.kind==="partial")&&visit(c.fun)}};visit(program.main);for(let s of program.structs)for(let m of s.methods.values())visit(m);return found}function collect(fun,body,loops2,out,returns){let block2=(b,l)=>collect(fun,b.body,l,out,returns);for(let s of body)switch(s.kind){case"assign":{let sym=fun.syms.get(s.id);sym&&s.path.length===0&&out.push({sym,value:s.value,loops:loops2});break}case"let":{let sym=fun.syms.get(s.id);sym&&s.value&&out.push({sym,value:s.value,loops:loops2});break}case"return":s.value&&returns.push(s.value);break;case"if":{let at2=s;for(;at2;)"kind"in at2?(block2(at2.then,loops2),at2=at2.else):(block2(at2,loops2),at2=void 0);break}case"while":case"for":block2(s.body,[...loops2,s]);break;case"test":case"bench":block2(s.body,loops2);break;default:break}}function recurrences(fun,assignments,sites){for(let a of assignments){let loop2=a.loops.at(-1);if(!loop2||!isInt(a.sym)||isBounded(fun,a.loops,a.sym))continue;let inLoop=assignments.filter(b=>b.loops.includes(loop2)&&isInt(b.sym));if(inLoop.some(b=>isReduction(fun,b.value,b.sym)&&b.sym===a.sym))continue;let members=sym=>sym===a.sym||reaches(fun,inLoop,sym,a.sym)&&reaches(fun,inLoop,a.sym,sym),terms=termsOf(fun,a.value).filter(t=>members(t.sym));terms.reduce((n,t)=>n+t.times,0)<2||isDigitStep(fun,a,members)||terms.some(t=>isBounded(fun,a.loops,t.sym))||addArithmetic(a.value,sites)}}function isInt(sym){return maskOf(sym.node)===2}function termsOf(fun,e){let sym=variable(fun,e);if(sym)return[{sym,times:1}];if(e.kind!=="binary")return[];if(e.op==="+"||e.op==="-")return[...termsOf(fun,e.left),...termsOf(fun,e.right)];if(e.op!=="*")return[];let unit=x=>x.kind==="int"&&(x.value===1n||x.value===0n),factor=unit(e.left)||unit(e.right)?1:2;return[...termsOf(fun,e.left),...termsOf(fun,e.right)].map(t=>({sym:t.sym,times:t.times*factor}))}function variable(fun,e){let ref=e.kind==="name"?fun.refs.get(e.id):void 0;return ref?.kind==="var"?ref.sym:void 0}function reaches(fun,assignments,from,to,seen=new Set){for(let a of assignments)if(!(seen.has(a.sym)||!termsOf(fun,a.value).some(t=>t.sym===from))&&(a.sym===to||(seen.add(a.sym),reaches(fun,assignments,a.sym,to,seen))))return!0;return!1}function isDigitStep(fun,a,members){let e=a.value;if(e.kind!=="binary"||e.op!=="+"&&e.op!=="-")return!1;let product=e.left.kind==="binary"&&e.left.op==="*"?e.left:e.right,digit=product===e.left?e.right:e.left;if(product.kind!=="binary"||product.op!=="*")return!1;let constant2=product.left.kind==="int"?product.left:product.right;return constant2.kind!=="int"||!DIGIT_BASES.has(constant2.value)?!1:!termsOf(fun,digit).some(t=>members(t.sym))}function isReduction(fun,e,sym){return e.kind!=="binary"?!1:e.op==="%"||e.op==="/"?termsOf(fun,e.left).some(t=>t.sym===sym):isReduction(fun,e.left,sym)||isReduction(fun,e.right,sym)}function isBounded(fun,loops2,sym){let below=e=>e.kind!=="binary"?!1:e.op==="&&"?below(e.left)||below(e.right):e.op==="<"||e.op==="<="?termsOf(fun,e.left).some(t=>t.sym===sym):e.op===">"||e.op===">="?termsOf(fun,e.right).some(t=>t.sym===sym):!1;return loops2.some(l=>l.kind==="while"&&below(l.cond))}function addArithmetic(e,sites){e.kind!=="binary"||e.op!=="+"&&e.op!=="-"&&e.op!=="*"||(sites.add(e.id),addArithmetic(e.left,sites),addArithmetic(e.right,sites))}function recursion(fun,assignments,returns,sites){if(fun.kind!=="named"||maskOf(fun.result)!==2)return;let own=new Set,isOwn=e=>{let sym=variable(fun,e);return sym?own.has(sym):e.kind==="call"?callsSelf(fun,e):e.kind==="binary"&&(e.op==="+"||e.op==="-"||e.op==="*")&&(isOwn(e.left)||isOwn(e.right))};for(let grew=!0;grew;){grew=!1;for(let a of assignments)isInt(a.sym)&&!own.has(a.sym)&&isOwn(a.value)&&(own.add(a.sym),grew=!0)}let visit=e=>{if(e.kind==="if"){visit(e.then),e.else&&visit(e.else);return}if(!(e.kind!=="binary"||e.op==="%"||e.op==="/")){if(e.op==="*"&&(isOwn(e.left)||isOwn(e.right))){let other=isOwn(e.left)?e.right:e.left;(other.kind!=="int"||!DIGIT_BASES.has(other.value))&&sites.add(e.id)}visit(e.left),visit(e.right)}};for(let e of returns)visit(e)}function callsSelf(fun,e){if(e.kind!=="call")return!1;let plan=fun.calls.get(e.id);return plan?.kind==="direct"&&plan.fun===fun}var gives=mask=>(s,_args,result)=>s.add(result,mask);function sameElements(s,args2,result){let from=args2[0];s.when([from],()=>{let mask=maskOf(from);mask&64&&(s.add(result,64),s.unify(elemNode(s,result),elemNode(s,from))),mask&32&&s.add(result,32),mask&1&&s.add(result,1)})}function appendTo(s,args2,result){s.add(result,64);let[from,value2]=args2;s.when([from],()=>{maskOf(from)&64&&s.unify(elemNode(s,result),elemNode(s,from))}),s.flow(value2,elemNode(s,result))}function extreme(s,args2,result){if(args2.length>1){for(let a of args2)s.flow(a,result);return}let elem=elemNode(s,args2[0]);s.when([elem],()=>{let mask=maskOf(elem);mask===8?s.add(result,8):mask&&!(mask&-34)?s.add(result,33):s.add(result,mask|2)})}function sum(s,args2,result){let from=args2[0],elem=elemNode(s,from);s.when([elem],()=>{let mask=maskOf(elem)&1038;s.add(result,mask||2),maskOf(elem)&-1040&&s.add(result,2)})}function numericResult(kinds){return(s,args2,result)=>{s.when([args2[0]],()=>{let mask=maskOf(args2[0]);mask&&s.add(result,kinds(mask))})}}function keysOf(s,args2,result){let from=args2[0];s.add(result,64),s.when([from,keyNode(s,from)],()=>{let key=maskOf(keyNode(s,from));maskOf(from)&128&&s.add(elemNode(s,result),key===2?2:32),maskOf(from)&256&&s.add(elemNode(s,result),32)})}function valuesOf(s,args2,result){let from=args2[0];s.add(result,64),s.when([from],()=>{maskOf(from)&128&&s.unify(elemNode(s,result),valNode(s,from))})}function firstOf(s,args2,result){let from=args2[0];s.add(result,1),s.when([from],()=>{maskOf(from)&64&&s.flow(elemNode(s,from),result),maskOf(from)&32&&s.add(result,32)})}function concat(s,args2,result){s.add(result,64);for(let a of args2)s.when([a],()=>{maskOf(a)&64&&s.unify(elemNode(s,result),elemNode(s,a)),maskOf(a)&32&&s.add(result,32)})}function identity(s,args2,result){s.flow(args2[0],result)}function reduce(s,args2,result){let[from,fn,init]=args2;s.flow(init,result),s.when([from,fn],()=>{let shape=find(fn).funs?.get(2);shape&&(s.flow(result,shape.params[0]),maskOf(from)&64&&s.flow(elemNode(s,from),shape.params[1]),s.flow(shape.result,result))})}var BUILTINS=new Map(Object.entries({print:{min:0,max:1e3,infer:gives(1)},len:{min:1,max:1,infer:gives(2)},count:{min:1,max:1,infer:gives(2)},append:{min:2,max:2,infer:appendTo},push:{min:2,max:2,infer:appendTo},str:{min:1,max:1,infer:gives(32)},string:{min:1,max:1,infer:gives(32)},int:{min:1,max:1,infer:gives(2)},float:{min:1,max:1,infer:gives(8)},to_float:{min:1,max:1,infer:gives(8)},substring:{min:2,max:3,infer:gives(32)},substr:{min:2,max:3,infer:gives(32)},slice:{min:2,max:3,infer:sameElements},upper:{min:1,max:1,infer:gives(32)},lower:{min:1,max:1,infer:gives(32)},padStart:{min:2,max:3,infer:gives(32)},reverse:{min:1,max:1,infer:sameElements},contains:{min:2,max:2,infer:gives(16)},indexOf:{min:2,max:2,infer:gives(2)},split:{min:2,max:2,infer:(s,_args,result)=>{s.add(result,64),s.add(elemNode(s,result),32)}},join:{min:1,max:2,infer:gives(32)},trim:{min:1,max:1,infer:gives(32)},repeat:{min:2,max:2,infer:gives(32)},parseIntStr:{min:1,max:2,infer:gives(2)},sum:{min:1,max:1,infer:sum},avg:{min:1,max:1,infer:gives(8)},min:{min:1,max:100,infer:extreme},max:{min:1,max:100,infer:extreme},exists:{min:1,max:1,infer:gives(16)},keys:{min:1,max:1,infer:keysOf},values:{min:1,max:1,infer:valuesOf},first:{min:1,max:1,infer:firstOf},distinct:{min:1,max:1,infer:sameElements},concat:{min:1,max:100,infer:concat},collect:{min:1,max:1,infer:identity},range:{min:1,max:3,infer:(s,_args,result)=>{s.add(result,64),s.add(elemNode(s,result),2)}},reduce:{min:3,max:3,infer:reduce},abs:{min:1,max:1,infer:numericResult(m=>m&1039||2)},ceil:{min:1,max:1,infer:gives(8)},floor:{min:1,max:1,infer:gives(8)},round:{min:1,max:2,infer:(s,args2,result)=>{s.when([args2[0]],()=>s.add(result,maskOf(args2[0])&2?args2.length===1?2:8:0)),s.when([args2[0]],()=>s.add(result,maskOf(args2[0])&-3?8:0))}},pow:{min:2,max:2,infer:(s,args2,result)=>{s.when([args2[0],args2[1]],()=>{let mask=maskOf(args2[0])|maskOf(args2[1]);maskOf(args2[0])&4?s.add(result,4):maskOf(args2[0])&2&&maskOf(args2[1])&2&&s.add(result,2),mask&-7&&s.add(result,8)})}},num:{min:1,max:1,infer:gives(4)},denom:{min:1,max:1,infer:gives(4)},sha256:{min:1,max:1,infer:(s,_args,result)=>{s.add(result,64),s.add(elemNode(s,result),2)}},now:{min:0,max:0,infer:gives(2)},mem:{min:0,max:0,infer:gives(2)},input:{min:0,max:1,infer:gives(32)},eval:{min:1,max:1,infer:gives(2047)},json:{min:1,max:1,infer:identity},to_json:{min:1,max:1,infer:gives(32)},panic:{min:1,max:1,infer:gives(0)},error:{min:1,max:1,infer:gives(0)}})),VALUE_METHODS=new Map(Object.entries({contains:{kinds:224,result:16,args:1},starts_with:{kinds:32,result:16,args:1},padStart:{kinds:32,result:32,args:2}}));function childScope(parent,fun,typeArgs2){return{parent,fun,names:new Map,typeArgs:typeArgs2??parent?.typeArgs}}function lookup(scope,name){for(let s=scope;s;s=s.parent){let binding=s.names.get(name);if(binding)return binding}}function visibleNames(scope){let names=[];for(let s=scope;s;s=s.parent)names.push(...s.names.keys());return names}function nearest(name,candidates){let best,bestDistance=name.length<4?2:3;for(let c of candidates){if(Math.abs(c.length-name.length)>=bestDistance||c===name)continue;let d=editDistance(name.toLowerCase(),c.toLowerCase());d<bestDistance&&(best=c,bestDistance=d)}return best}function memberships(cond,truth3){return cond.kind==="unary"&&cond.op==="!"?memberships(cond.operand,!truth3):cond.kind!=="binary"?[]:cond.op===(truth3?"&&":"||")?[...memberships(cond.left,truth3),...memberships(cond.right,truth3)]:truth3&&cond.op==="in"&&cond.right.kind==="name"?[{map:cond.right,key:cond.left}]:[]}function keyOf(e,scope){if(e.kind==="string"&&!e.bytes||e.kind==="int")return e.value;if(e.kind==="name")return symOf(e,scope)}function symOf(e,scope){let binding=lookup(scope,e.name);return binding?.kind==="var"?binding.sym:void 0}function factsFor(found,scope,region){let facts=[];for(let{map,key}of found){let sym=symOf(map,scope),keySym=keyOf(key,scope);!sym||keySym===void 0||assigns(region,map.name)||key.kind==="name"&&assigns(region,key.name)||facts.push({map:sym,key:keySym})}return facts}function conditionFacts(cond,truth3,scope,region){return factsFor(memberships(cond,truth3),scope,region)}function loopFacts(source,key,scope,body){let map=source.kind==="call"&&source.callee.kind==="name"&&source.callee.name==="keys"?source.args[0]:source;if(map?.kind!=="name"||assigns(body.body,map.name)||assigns(body.body,key.name))return[];let sym=symOf(map,scope);return sym?[{map:sym,key}]:[]}function factsAfter(stmt2,leaves,scope,rest){if(stmt2.else)return[];let found=memberships(stmt2.cond,!1);if(leaves)return factsFor(found,scope,rest);let set2=(stmt2.cond.kind==="unary"?found:[]).filter(({map,key})=>stmt2.then.body.some(s=>s.kind==="assign"&&s.name.text===map.name&&s.path.length===1&&isAt(s.path[0],key)));return factsFor(set2,scope,[...stmt2.then.body.filter(s=>s.kind!=="assign"||s.path.length===0),...rest])}function isAt(accessor,key){if(accessor.kind!=="index")return!1;let{index:index2}=accessor;return index2.kind==="name"?key.kind==="name"&&key.name===index2.name:index2.kind==="string"?key.kind==="string"&&key.value===index2.value:index2.kind==="int"&&key.kind==="int"&&key.value===index2.value}function withFacts(ctx,facts,walk2){let before=ctx.facts.length;ctx.facts.push(...facts),walk2(),ctx.facts.length=before}function isPresent(ctx,target,index2,scope){if(target.kind!=="name"||ctx.facts.length===0)return!1;let map=symOf(target,scope),key=keyOf(index2,scope);return map!==void 0&&key!==void 0&&ctx.facts.some(f=>f.map===map&&f.key===key)}function assigns(body,name){let found=!1,visit=x=>{if(found||typeof x!="object"||x===null)return;if(Array.isArray(x)){for(let item of x)visit(item);return}let node=x;if((node.kind==="assign"&&node.path?.length===0||node.kind==="let"||node.kind==="for"||node.kind==="fun")&&node.name?.text===name){found=!0;return}for(let value2 of Object.values(x))visit(value2)};return visit(body),found}var KNOWN_TYPES=new Set(["int","int64","float","bigint","bigrat","string","bool","unit","any","list","map","void","number","object"]);function checkFieldTypes(ctx,body,scope){switch(body.kind){case"struct":for(let f of body.fields)checkTypeNames(ctx,f.type,scope);return;case"union":for(let v of body.variants)for(let f of v.fields)checkTypeNames(ctx,f.type,scope);return;case"alias":checkTypeNames(ctx,body.type,scope);return}}function checkTypeNames(ctx,t,scope){switch(t?.kind){case void 0:return;case"option":checkTypeNames(ctx,t.inner,scope);return;case"fun":for(let p of t.params)checkTypeNames(ctx,p,scope);checkTypeNames(ctx,t.result,scope);return;case"record":for(let f of t.fields)checkTypeNames(ctx,f.type,scope);return;case"generic":for(let a of t.args)checkTypeNames(ctx,a,scope);break;case"name":break}let{name}=t;if(KNOWN_TYPES.has(name)||ctx.types.decls.has(name)||ctx.types.structs.has(name)||scope.typeArgs?.has(name)||/^[A-Z]$/.test(name))return;let near=nearest(name,[...KNOWN_TYPES,...ctx.types.decls.keys()]);warnAt(ctx,"T025",`unknown type: ${typeText(t)}; it is taken as any`,t.span,near?`Did you mean \`${near}\`?`:void 0)}var FORMATS=["csv","tsv","json","jsonl","yaml"],DATA=251;function anyNode(solver){let n=solver.node(DATA),root=find(n);return root.elem=n,root.key=solver.node(32),root.val=n,n}function rowType(types,t,depth=0){if(t.kind==="name"&&depth<30){let alias=types.aliases.get(t.name);if(alias)return rowType(types,alias,depth+1)}return t.kind==="generic"&&t.name==="list"&&t.args.length===1?resolveType(types,t.args[0]):t}function resolveType(types,t,depth=0){let alias=t.kind==="name"&&depth<30?types.aliases.get(t.name):void 0;return alias?resolveType(types,alias,depth+1):t}var SCALARS=new Set(["int","int64","float","string","bool","bigint","bigrat"]);function isTyped(types,t){switch(t.kind){case"name":return SCALARS.has(t.name)||t.name==="list"||t.name==="map"||plainStruct(types,t.name)!==void 0;case"generic":return t.name==="list"&&t.args.length===1||t.name==="map"&&t.args.length===2;case"record":return!0;case"option":return isTyped(types,resolveType(types,t.inner));case"fun":return!1}}function plainStruct(types,name){let info=types.structs.get(name);return info&&!info.union?info:void 0}function openPlaces(ctx,type,node,seen){let{solver,types}=ctx;if(!type){solver.flow(anyNode(solver),node);return}let t=resolveType(types,type);if(!isTyped(types,t)){solver.flow(anyNode(solver),node);return}switch(t.kind){case"name":{t.name==="list"&&solver.unify(elemNode(solver,node),anyNode(solver)),t.name==="map"&&(solver.add(keyNode(solver,node),32),solver.unify(valNode(solver,node),anyNode(solver)));let struct=plainStruct(types,t.name);struct&&openFields(ctx,struct,seen);return}case"generic":t.name==="list"?openPlaces(ctx,t.args[0],elemNode(solver,node),seen):openPlaces(ctx,t.args[1],valNode(solver,node),seen);return;case"record":{let struct=types.records.get(typeText(t));struct&&openFields(ctx,struct,seen);return}case"option":solver.add(node,1),openPlaces(ctx,t.inner,node,seen);return;case"fun":return}}function openFields(ctx,struct,seen){if(!seen.has(struct)){seen.add(struct);for(let f of struct.fields)openPlaces(ctx,f.type,f.node,seen)}}function inputNode(ctx,type,scope){let node=declNode(ctx.typeCtx,type,scope.typeArgs);return openPlaces(ctx,type,node,new Set),node}function refuseTypeParameter(ctx,type,scope,what){type.kind==="name"&&scope.typeArgs?.has(type.name)&&unsupported(ctx,`${what} a type parameter`,type.span)}function inferLoad(ctx,e,scope){let{solver}=ctx,result=solver.node(64),type=rowType(ctx.types,e.type);checkTypeNames(ctx,type,scope),refuseTypeParameter(ctx,type,scope,"`load` as"),inferFileOptions(ctx,e.with,scope);let row=elemNode(solver,result);return isTyped(ctx.types,type)?solver.unify(row,inputNode(ctx,type,scope)):(solver.add(row,128),solver.add(keyNode(solver,row),32),solver.unify(valNode(solver,row),anyNode(solver))),result}function inferSave(ctx,e,scope){let value2=inferExpr(ctx,e.value,scope);return ctx.checks.push({kind:"kind",node:value2,mask:448,span:e.value.span,code:"T079",title:"`save` needs rows: a list of maps or structs"}),inferFileOptions(ctx,e.with,scope),ctx.solver.node(1)}var FILE_OPTIONS=new Map([["format",32],["header",16],["delimiter",32]]);function inferFileOptions(ctx,options,scope){if(options){if(options.kind!=="map"){let node=inferExpr(ctx,options,scope);ctx.checks.push({kind:"kind",node,mask:384,span:options.span,code:"T079",title:"options are a map"});return}for(let{key,value:value2}of options.entries){let node=inferExpr(ctx,value2,scope),mask=key.kind==="string"?FILE_OPTIONS.get(key.value):void 0;if(key.kind!=="string"||mask===void 0){let near=key.kind==="string"?nearest(key.value,FILE_OPTIONS.keys()):void 0,hint=near?`Did you mean \`${near}\`?`:"There are format, header and delimiter.";errorAt(ctx,"T079","there is no such option of `load` and `save`",key.span,hint);continue}let title=`the option \`${key.value}\` is ${mask===32?"a string":"true or false"}`;ctx.checks.push({kind:"kind",node,mask,span:value2.span,code:"T079",title}),value2.kind==="string"&&checkOption(ctx,key.value,value2)}}}function checkOption(ctx,name,value2){if(name==="format"&&!FORMATS.some(f=>f===value2.value)){let near=nearest(value2.value,FORMATS),hint=near?`Did you mean \`${near}\`?`:`There are ${FORMATS.join(", ")}.`;errorAt(ctx,"T079",`unknown format: ${value2.value}`,value2.span,hint)}name==="delimiter"&&delimiterByte(value2.value)===void 0&&errorAt(ctx,"T079","the delimiter must be one ASCII character, and no quote",value2.span,'Write `delimiter: ";"`.')}function delimiterByte(text){let code=text.length===1?text.charCodeAt(0):0;return code>0&&code<128&&!`"
\r`.includes(text)?code:void 0}var FETCH_OPTIONS=new Map([["method",32],["headers",384],["query",384],["timeout",14]]);function fetchSource(e){let{url}=e;return url.kind!=="cast"||url.type.kind==="name"&&url.type.name==="string"?{url,type:void 0}:{url:url.value,type:url.type}}function inferFetch(ctx,e,type,scope){let source=fetchSource(e),url=inferExpr(ctx,source.url,scope);ctx.checks.push({kind:"kind",node:url,mask:32,span:e.span,code:"T028",title:"the address of `fetch` must be a string"});let options=e.with;if(options?.kind==="map")for(let{key,value:value2}of options.entries){let node=inferExpr(ctx,value2,scope),mask=key.kind==="string"?FETCH_OPTIONS.get(key.value):void 0;if(key.kind!=="string"||mask===void 0)continue;let title=`the option \`${key.value}\` of \`fetch\` has the wrong type`;ctx.checks.push({kind:"kind",node,mask,span:value2.span,code:"T030",title})}else if(options){let node=inferExpr(ctx,options,scope);ctx.checks.push({kind:"kind",node,mask:384,span:e.span,code:"T029",title:"the options of `fetch` must be a map"})}let wanted=source.type??type;return!wanted||!isTyped(ctx.types,resolveType(ctx.types,wanted))?anyNode(ctx.solver):(checkTypeNames(ctx,wanted,scope),refuseTypeParameter(ctx,wanted,scope,"`fetch` as"),scope.fun.inputs.set("id"in e?e.id:intoId(e.into),wanted),inputNode(ctx,wanted,scope))}function inferAs(ctx,e,type,scope){if(e.kind!=="fetch"||!type)return inferExpr(ctx,e,scope);let node=inferFetch(ctx,e,type,scope);return scope.fun.nodes.set(e.id,node),node}function walkFetch(ctx,stmt2,scope,top){let node=inferFetch(ctx,stmt2,void 0,scope),id=intoId(stmt2.into);scope.fun.nodes.set(id,node),scope.fun.syms.set(id,newSym(ctx,scope,stmt2.into.text,stmt2.into.span,node,!0,top))}function intoId(into){return-1-into.span.start}function walkPattern(ctx,pattern,scope){let fun=scope.fun;switch(pattern.kind){case"wildcard":return;case"literal":inferExpr(ctx,pattern.value,scope),fun.patterns.set(pattern,{kind:"value",expr:pattern.value});return;case"name":{let struct=ctx.types.structs.get(pattern.name.text);if(struct){fun.patterns.set(pattern,{kind:"variant",struct});return}let expr2={kind:"name",id:-1-pattern.span.start,name:pattern.name.text,span:pattern.span};inferExpr(ctx,expr2,scope),fun.patterns.set(pattern,{kind:"value",expr:expr2});return}case"variant":{let struct=ctx.types.structs.get(pattern.name.text);if(!struct){let near=nearest(pattern.name.text,ctx.types.structs.keys());errorAt(ctx,"T074",`unknown variant: ${pattern.name.text}`,pattern.name.span,near?`Did you mean \`${near}\`?`:void 0);for(let a of pattern.args)bindArg(ctx,a.pattern,a.id,ctx.solver.node(1),scope);return}fun.patterns.set(pattern,{kind:"variant",struct}),pattern.args.length>struct.fields.length&&errorAt(ctx,"T075",`\`${struct.name}\` has ${struct.fields.length} field(s), the pattern names ${pattern.args.length}`,pattern.span),pattern.args.forEach((a,i)=>{let field=struct.fields[i];bindArg(ctx,a.pattern,a.id,field?field.node:ctx.solver.node(1),scope)});return}}}function bindArg(ctx,pattern,id,field,scope){if(pattern.kind==="name"&&!ctx.types.structs.get(pattern.name.text)){let node=ctx.solver.node();ctx.solver.flow(field,node),scope.fun.syms.set(id,newSym(ctx,scope,pattern.name.text,pattern.name.span,node,!0))}else walkPattern(ctx,pattern,scope)}var AGGREGATES=new Set(["sum","avg","min","max","count"]);function inferQuery(ctx,q,outer){let{solver}=ctx,fun=outer.fun,scope=childScope(outer,fun),rows=[],bind=(name,source,id)=>{let node=solver.node();elementsOf(ctx,source,node),scope=childScope(scope,fun);let sym=newSym(ctx,scope,name.text,name.span,node,!0);return fun.syms.set(id,sym),sym};for(let f of q.froms)rows.push(bind(f.name,inferExpr(ctx,f.source,scope),f.id));let single=q.joins.length===1;for(let j of q.joins){let sym=bind(j.name,inferExpr(ctx,j.source,scope),j.id);if((j.side==="left"||j.side==="outer")&&solver.add(sym.node,1),single&&(j.side==="right"||j.side==="outer"))for(let r of rows)solver.add(r.node,1);rows.push(sym),inferExpr(ctx,j.on,scope)}q.where&&inferExpr(ctx,q.where,scope);let plan={rows,group:void 0,merged:void 0,groupSym:void 0,aggregate:void 0,keyRecord:void 0};if(q.group){let keyNodes=q.group.keys.map(k=>inferExpr(ctx,k,scope)),item=rows.length===1?rows[0].node:solver.node();rows.length>1&&(plan.merged=anonymous("row",rows.map(r=>({name:r.name,node:r.node}))),plan.merged.mergedOf=rows.map(r=>r.name),noteAnonymous(ctx,plan.merged),solver.addStruct(item,plan.merged));let items=solver.node(64);solver.unify(elemNode(solver,items),item);let key=keyNodes[0];keyNodes.length>1&&(plan.keyRecord=anonymous("key",q.group.keys.map((k,i)=>({name:keyName(k,i),node:keyNodes[i]}))),noteAnonymous(ctx,plan.keyRecord),key=solver.node(),solver.addStruct(key,plan.keyRecord)),plan.group=anonymous("group",[{name:"__group__",node:solver.node(16)},{name:"count",node:solver.node(2)},{name:"items",node:items},{name:"key",node:key}]),plan.group.isGroup=!0,noteAnonymous(ctx,plan.group);let groupNode=solver.node();solver.addStruct(groupNode,plan.group),scope=childScope(outer,fun),plan.groupSym=newSym(ctx,scope,q.group.into.text,q.group.into.span,groupNode,!0),plan.groupSym.group=plan.group;let first2=q.group.keys[0],keyNames=keyNodes.length>1?q.group.keys.map(keyName):first2.kind==="map"?first2.entries.flatMap(x=>x.key.kind==="string"?[x.key.value]:[]):[];for(let name of keyNames)scope.names.set(name,{kind:"keyField",sym:plan.groupSym,key,name});scope.names.set(q.group.into.text,{kind:"var",sym:plan.groupSym}),q.group.having&&inferExpr(ctx,q.group.having,scope)}q.sort&&inferExpr(ctx,q.sort,scope);for(let e of[q.skip,q.take])e&&inferExpr(ctx,e,outer);fun.queries.set(q.id,plan);let aggregate=aggregateOf(q,scope);if(aggregate){plan.aggregate=aggregate.name;let list=solver.node(64);solver.flow(inferExpr(ctx,aggregate.arg,scope),elemNode(solver,list)),plan.aggregateList=list;let result2=solver.node();return BUILTINS.get(aggregate.name).infer(solver,[list],result2),result2}let result=solver.node(64);return solver.flow(inferExpr(ctx,q.select,scope),elemNode(solver,result)),result}function aggregateOf(q,scope){let s=q.select;if(!(q.group||s.kind!=="call"||s.callee.kind!=="name"||s.args.length!==1)&&!(!AGGREGATES.has(s.callee.name)||lookup(scope,s.callee.name)||s.args[0].kind==="query"))return{name:s.callee.name,arg:s.args[0]}}function keyName(e,i){return e.kind==="field"?e.name.text:e.kind==="name"?e.name:`k${i+1}`}function anonymous(name,fields){let info=newStruct(name,void 0,{file:0,start:0,end:0},!0);for(let f of fields){if(info.byName.has(f.name))continue;let field={name:f.name,node:f.node,type:void 0};info.fields.push(field),info.byName.set(f.name,field)}return info}function mergedField(ctx,info,name,to){let found=!1;for(let varName of info.mergedOf??[]){let node=info.byName.get(varName).node,done=new Set;ctx.solver.when([node],()=>{for(let s of find(node).structs??[]){let f=s.byName.get(name);!f||done.has(s)||(done.add(s),ctx.solver.flow(f.node,to))}maskOf(node)&1&&ctx.solver.add(to,1)}),found=!0}return found}function elementsOf(ctx,source,to){let{solver}=ctx,key=keyNode(solver,source);solver.when([source,key],()=>{let mask=maskOf(source);if(mask&64&&solver.flow(elemNode(solver,source),to),mask&32&&solver.add(to,32),mask&128&&solver.add(to,maskOf(key)===2?2:32),mask&256)for(let s of find(source).structs??[])s.isGroup?solver.flow(elemNode(solver,s.byName.get("items").node),to):(solver.add(to,32),s.anonymous&&notRecord(ctx,s))})}function flowKey(ctx,from,map){let{solver}=ctx,key=keyNode(solver,map);solver.when([from],()=>{let m=maskOf(from);m&2&&solver.add(key,2),m&-3&&solver.add(key,32)})}function readIndex(ctx,base,index2,key,present){let{solver}=ctx,result=solver.node(),done=new Set,flowedElem=!1,flowedVal=!1;return solver.when([base],()=>{let mask=maskOf(base);if(mask&64&&!flowedElem&&(flowedElem=!0,solver.flow(elemNode(solver,base),result)),mask&32&&solver.add(result,32),mask&128&&(flowedVal||(flowedVal=!0,flowKey(ctx,index2,base),solver.flow(valNode(solver,base),result)),present||solver.add(result,1)),mask&256)for(let s of find(base).structs??[])readStructIndex(ctx,s,key,done,result)}),result}function readStructIndex(ctx,s,key,done,result){let{solver}=ctx;if(done.has(s))return;done.add(s);let field=key===void 0?void 0:s.byName.get(key);if(field)solver.flow(field.node,result);else if(s.isGroup)solver.flow(elemNode(solver,s.byName.get("items").node),result);else{s.anonymous&&notRecord(ctx,s);for(let f of s.fields)solver.flow(f.node,result);solver.add(result,33)}}function writeIndex(ctx,base,index2,value2,key){let{solver}=ctx,flowedElem=!1,flowedVal=!1;solver.when([base,index2],()=>{let mask=maskOf(base);if(mask&64&&!flowedElem&&(flowedElem=!0,solver.flow(value2,elemNode(solver,base))),mask&128&&!flowedVal&&(flowedVal=!0,flowKey(ctx,index2,base),solver.flow(value2,valNode(solver,base))),mask&256)for(let s of find(base).structs??[]){let field=key===void 0?void 0:s.byName.get(key);if(field)solver.flow(value2,field.node);else{s.anonymous&&notRecord(ctx,s);for(let f of s.fields)solver.flow(value2,f.node)}}})}function readField(ctx,base,name){let{solver}=ctx,result=solver.node(),done=new Set,flowedVal=!1;return solver.when([base],()=>{let mask=maskOf(base);if(mask&256)for(let s of find(base).structs??[]){if(done.has(s))continue;done.add(s);let f=s.byName.get(name);if(f)solver.flow(f.node,result);else if(s.methods.has(name)){let m=s.methods.get(name);m.asValue=!0,solver.setFun(result,{params:m.params.map(p=>p.node),result:m.result})}else s.isGroup&&keyField(s,name)?solver.flow(keyField(s,name),result):s.mergedOf?mergedField(ctx,s,name,result):solver.add(result,1)}mask&128&&(flowedVal||(flowedVal=!0,solver.add(keyNode(solver,base),32),solver.flow(valNode(solver,base),result)),solver.add(result,1))}),result}function keyField(group,name){let key=find(group.byName.get("key").node);for(let s of key.structs??[]){let f=s.byName.get(name);if(f)return f.node}}function writeField(ctx,base,name,value2,span){let{solver}=ctx,done=new Set,flowedVal=!1;solver.when([base],()=>{let mask=maskOf(base);if(mask&256)for(let s of find(base).structs??[]){if(done.has(s))continue;done.add(s);let f=s.byName.get(name);f?solver.flow(value2,f.node):s.anonymous&&notRecord(ctx,s)}mask&128&&!flowedVal&&(flowedVal=!0,solver.add(keyNode(solver,base),32),solver.flow(value2,valNode(solver,base)))}),ctx.checks.push({kind:"field",node:base,name,span})}function fieldSym(ctx,binding){let sym=binding.method.fieldSyms.get(binding.name);if(!sym){let field=binding.struct.byName.get(binding.name),node=ctx.solver.node();ctx.solver.flow(field.node,node),sym={name:binding.name,node,span:binding.method.span,mutable:!0,maybeFun:!0,declared:allowedBy(ctx.types,field.type,void 0),owner:binding.method,topLevel:!1,global:!1,captured:!1,group:void 0,assignments:0,capturedEarly:!1},binding.method.fieldSyms.set(binding.name,sym)}return sym}function walkStmts(ctx,body,scope,top){for(let stmt2 of body)if(stmt2.kind==="fun"){let named={decl:stmt2,scope,parent:scope.fun,instance:void 0},before=scope.names.get(stmt2.name.text);before?.kind==="fun"&&top&&ctx.report({severity:"warning",code:"T072",title:`function \`${stmt2.name.text}\` is declared twice; the last declaration counts`,labels:[{span:stmt2.name.span},{span:before.named.decl.name.span,text:"first declared here"}]}),scope.names.set(stmt2.name.text,{kind:"fun",named})}let facts=ctx.facts.length;body.forEach((stmt2,i)=>{if(walkStmt(ctx,stmt2,scope,top),stmt2.kind!=="if")return;let leaves=!canFallThrough(stmt2.then.body);ctx.facts.push(...factsAfter(stmt2,leaves,scope,body.slice(i+1)))}),ctx.facts.length=facts;for(let stmt2 of body){if(stmt2.kind!=="fun")continue;let binding=scope.names.get(stmt2.name.text);binding?.kind==="fun"&&binding.named.decl===stmt2&&stmt2.typeParams.length===0&&scope.fun.funs.set(stmt2.id,instanceOf(ctx,binding.named,scope.fun))}}function walkStatements(ctx,body,scope){walkStmts(ctx,body,scope,!1)}function walkBlock(ctx,block2,scope){walkStmts(ctx,block2.body,childScope(scope,scope.fun),!1)}function walkStmt(ctx,stmt2,scope,top){let{solver}=ctx,fun=scope.fun;switch(stmt2.kind){case"let":{let node=declNode(ctx.typeCtx,stmt2.type,scope.typeArgs);if(stmt2.type&&checkTypeNames(ctx,stmt2.type,scope),stmt2.value){let value2=inferAs(ctx,stmt2.value,stmt2.type,scope);solver.flow(value2,node),checkDeclared(ctx,value2,stmt2.type,stmt2.value.span,"T008",scope)}else stmt2.type?hasZero(ctx,stmt2.type)||solver.add(node,1):errorAt(ctx,"T000","`let` needs a type or a value",stmt2.span,"Write `let x = \u2026` or `let x: int`.");let allowed=allowedBy(ctx.types,stmt2.type,scope.typeArgs),mutable=stmt2.mutable||!stmt2.value,maybeFun=allowed?(allowed.mask&512)!==0:!stmt2.value||!isPlainValue(stmt2.value);fun.syms.set(stmt2.id,newSym(ctx,scope,stmt2.name.text,stmt2.name.span,node,mutable,top,allowed,maybeFun));return}case"assign":walkAssign(ctx,stmt2,scope);return;case"fun":case"type":return;case"return":{if(fun.kind==="main"){errorAt(ctx,"T073","`return` outside of a function",stmt2.span,"Remove it, or put the code into a function.");return}if(stmt2.value){let value2=inferExpr(ctx,stmt2.value,scope);solver.flow(value2,fun.result);let declared=fun.decl?.result??fun.lambda?.result;checkDeclared(ctx,value2,declared,stmt2.value.span,"T010",scope)}else solver.add(fun.result,1);return}case"if":walkIf(ctx,stmt2,scope);return;case"while":inferExpr(ctx,stmt2.cond,scope),walkLoopBody(ctx,stmt2.body,childScope(scope,fun));return;case"for":{let source=inferExpr(ctx,stmt2.iter,scope),inner=childScope(scope,fun),node=solver.node();if(stmt2.end){let end=inferExpr(ctx,stmt2.end,scope);solver.add(node,2),ctx.checks.push({kind:"kind",node:source,mask:2,span:stmt2.iter.span,code:"T023",title:"a range needs int bounds"}),ctx.checks.push({kind:"kind",node:end,mask:2,span:stmt2.end.span,code:"T023",title:"a range needs int bounds"})}else elementsOf(ctx,source,node),ctx.checks.push({kind:"kind",node:source,mask:480,span:stmt2.iter.span,code:"T022",title:"cannot iterate over"});let sym=newSym(ctx,inner,stmt2.name.text,stmt2.name.span,node,!0);fun.syms.set(stmt2.id,sym);let facts=stmt2.end?[]:loopFacts(stmt2.iter,sym,scope,stmt2.body);withFacts(ctx,facts,()=>walkLoopBody(ctx,stmt2.body,inner));return}case"break":case"continue":loops(ctx)===0&&errorAt(ctx,"T045",`\`${stmt2.kind}\` outside of a loop`,stmt2.span,"It can only stand in the body of `for` or `while`.");return;case"expr":inferExpr(ctx,stmt2.expr,scope);return;case"expect":inferExpr(ctx,stmt2.expr,scope);return;case"test":case"bench":walkBlock(ctx,stmt2.body,scope);return;case"import":unsupported(ctx,stmt2.lang?`import of ${stmt2.lang.text} packages`:"import of Mochi packages",stmt2.span);return;case"externType":case"externVar":case"externFun":case"externObject":unsupported(ctx,"`extern` declarations",stmt2.span);return;case"update":walkUpdate(ctx,stmt2,scope);return;case"fetch":walkFetch(ctx,stmt2,scope,top);return;case"fact":case"rule":unsupported(ctx,"logic programming (`fact`, `rule`)",stmt2.span);return;case"stream":case"on":case"emit":unsupported(ctx,"streams (`stream`, `on`, `emit`)",stmt2.span);return;case"agent":unsupported(ctx,"`agent`",stmt2.span);return;case"model":unsupported(ctx,"`model`",stmt2.span);return}}function isPlainValue(e){return["int","float","bool","string","list","map","struct","unary","cast","slice"].includes(e.kind)}function hasZero(ctx,t){switch(t.kind){case"name":{let alias=ctx.types.aliases.get(t.name);return alias?hasZero(ctx,alias):["int","int64","float","bigint","bigrat","string","bool","list","map"].includes(t.name)}case"generic":return t.name==="list"||t.name==="map";case"record":return!0;default:return!1}}var loopDepth=new WeakMap;function loops(ctx){return loopDepth.get(ctx)??0}function walkLoopBody(ctx,body,scope){let depth=loops(ctx);loopDepth.set(ctx,depth+1),walkBlock(ctx,body,scope),loopDepth.set(ctx,depth)}function walkIf(ctx,stmt2,scope){inferExpr(ctx,stmt2.cond,scope),withFacts(ctx,conditionFacts(stmt2.cond,!0,scope,stmt2.then.body),()=>walkBlock(ctx,stmt2.then,scope));let otherwise=stmt2.else;if(!otherwise)return;let region="kind"in otherwise?[otherwise]:otherwise.body;withFacts(ctx,conditionFacts(stmt2.cond,!1,scope,region),()=>{"kind"in otherwise?walkIf(ctx,otherwise,scope):walkBlock(ctx,otherwise,scope)})}function walkAssign(ctx,stmt2,scope){let{solver}=ctx,name=stmt2.name.text,binding=lookup(scope,name),sym;if(binding?.kind==="var"?sym=binding.sym:binding?.kind==="field"&&(sym=fieldSym(ctx,binding)),!sym){let near=nearest(name,visibleNames(scope));errorAt(ctx,"T001",`assignment to undeclared variable: ${name}`,stmt2.name.span,near?`Did you mean \`${near}\`?`:`Declare it first: \`var ${name} = \u2026\`.`),inferExpr(ctx,stmt2.value,scope);for(let a of stmt2.path)a.kind==="index"&&inferExpr(ctx,a.index,scope);return}if(useSym(scope.fun,sym),scope.fun.syms.set(stmt2.id,sym),stmt2.path.length===0){let value2=inferExpr(ctx,stmt2.value,scope);if(sym.mutable||ctx.report({severity:ctx.strict?"error":"warning",code:"T024",title:`cannot assign to \`${name}\` (immutable)`,labels:[{span:stmt2.name.span},{span:sym.span,text:"declared with `let` here"}],hint:`Declare it with \`var\`: \`var ${name} = \u2026\`.`}),sym.assignments++,solver.flow(value2,sym.node),sym.declared){let what=`cannot assign to \`${name}\``;ctx.checks.push({kind:"declared",node:value2,allowed:sym.declared,span:stmt2.value.span,code:"T009",what})}return}let node=sym.node,last=stmt2.path.length-1;stmt2.path.forEach((a,i)=>{let base=node;if(a.kind==="index"){let index2=inferExpr(ctx,a.index,scope),key=a.index.kind==="string"?a.index.value:void 0;i<last?node=readIndex(ctx,base,index2,key,!1):writeIndex(ctx,base,index2,inferExpr(ctx,stmt2.value,scope),key)}else i<last?node=readField(ctx,base,a.name.text):writeField(ctx,base,a.name.text,inferExpr(ctx,stmt2.value,scope),a.span);i<last&&scope.fun.steps.set(a,node)})}function walkUpdate(ctx,stmt2,scope){let{solver}=ctx,name=stmt2.name.text,binding=lookup(scope,name);if(binding?.kind!=="var"){let near=nearest(name,visibleNames(scope));errorAt(ctx,"T002",`undefined variable: ${name}`,stmt2.name.span,near?`Did you mean \`${near}\`?`:void 0);return}useSym(scope.fun,binding.sym),scope.fun.updates.set(stmt2,{list:binding.sym,row:void 0});let inner=childScope(scope,scope.fun),node=solver.node();elementsOf(ctx,binding.sym.node,node);let row=newSym(ctx,inner," row",stmt2.name.span,node,!0);scope.fun.updates.set(stmt2,{list:binding.sym,row});let fields=new Set;for(let s of[...ctx.types.structs.values(),...ctx.shapes])for(let f of s.fields)fields.add(f.name);for(let f of fields)inner.names.set(f,{kind:"rowField",row,name:f});if(stmt2.where&&inferExpr(ctx,stmt2.where,inner),stmt2.set.kind==="map")for(let{key,value:value2}of stmt2.set.entries)key.kind==="string"?writeField(ctx,node,key.value,inferExpr(ctx,value2,inner),key.span):errorAt(ctx,"T078","`set` needs the names of fields",key.span,"Write `set { field: value }`.")}function inferExpr(ctx,e,scope){let node=infer(ctx,e,scope);return scope.fun.nodes.set(e.id,node),node}function infer(ctx,e,scope){let{solver}=ctx;switch(e.kind){case"int":return solver.node(2);case"float":return solver.node(8);case"bool":return solver.node(16);case"string":return solver.node(32);case"none":return solver.node(1);case"error":return solver.node();case"name":return inferName(ctx,e,scope);case"unary":{let a=inferExpr(ctx,e.operand,scope);if(e.op==="!")return solver.node(16);let result=solver.node();return solver.when([a],()=>{let m=maskOf(a);solver.add(result,m&1039),m&16&&solver.add(result,2),m&32&&solver.add(result,10)}),result}case"binary":return inferBinary(ctx,e,scope);case"call":return inferCall(ctx,e,scope);case"index":{let base=inferExpr(ctx,e.target,scope),index2=inferExpr(ctx,e.index,scope);ctx.checks.push({kind:"kind",node:base,mask:480,span:e.target.span,code:"T018",title:"only lists, maps and strings can be indexed"});let present=isPresent(ctx,e.target,e.index,scope),result=readIndex(ctx,base,index2,e.index.kind==="string"?e.index.value:void 0,present);return present&&scope.fun.present.add(e.id),e.optional&&solver.add(result,1),result}case"slice":{let base=inferExpr(ctx,e.target,scope);for(let part of[e.start,e.end,e.step])part&&inferExpr(ctx,part,scope);let result=solver.node();return solver.when([base],()=>{let m=maskOf(base);m&64&&(solver.add(result,64),solver.unify(elemNode(solver,result),elemNode(solver,base))),m&32&&solver.add(result,32),m&1&&solver.add(result,1)}),result}case"field":{let base=inferExpr(ctx,e.target,scope),result=readField(ctx,base,e.name.text);return e.optional&&solver.add(result,1),ctx.checks.push({kind:"field",node:base,name:e.name.text,span:e.name.span}),result}case"cast":return inferCast(ctx,e,scope);case"struct":return inferStruct(ctx,e,scope);case"list":{let result=solver.node(64),shapes=new Map;for(let item of e.items){let node=item.kind==="map"?inferMap(ctx,item,scope,shapes):inferExpr(ctx,item,scope);solver.flow(node,elemNode(solver,result))}return result}case"map":return inferMap(ctx,e,scope,new Map);case"lambda":{let lambda=walkLambda(ctx,e,scope),result=solver.node();return solver.setFun(result,{params:lambda.params.map(p=>p.node),result:lambda.result}),result}case"if":{inferExpr(ctx,e.cond,scope);let result=solver.node(e.else?0:1);return solver.flow(inferExpr(ctx,e.then,scope),result),e.else&&solver.flow(inferExpr(ctx,e.else,scope),result),result}case"match":return inferMatch(ctx,e,scope);case"query":return inferQuery(ctx,e,scope);case"logicQuery":return unsupported(ctx,"logic programming (`query`)",e.span),solver.node();case"generate":return unsupported(ctx,"`generate`",e.span),solver.node();case"fetch":return inferFetch(ctx,e,void 0,scope);case"load":return inferLoad(ctx,e,scope);case"save":return inferSave(ctx,e,scope)}}function inferMap(ctx,e,scope,shapes){let{solver}=ctx,result=solver.node();scope.fun.nodes.set(e.id,result);let names=e.entries.map(x=>x.key.kind==="string"&&!x.key.bytes?x.key.value:void 0),distinct=new Set(names);if(names.length>0&&!distinct.has(void 0)&&distinct.size===names.length&&!ctx.mapSites.has(e.id)){let shape=names.join("\0"),info=shapes.get(shape);info||(info=anonymous("record",names.map(name=>({name,node:solver.node()}))),shapes.set(shape,info),noteAnonymous(ctx,info)),info.sites.push(e.id);for(let[i,{key,value:value2}]of e.entries.entries())inferExpr(ctx,key,scope),solver.flow(inferExpr(ctx,value2,scope),info.byName.get(names[i]).node);return scope.fun.records.set(e.id,info),solver.addStruct(result,info),result}solver.add(result,128);for(let{key,value:value2}of e.entries)flowKey(ctx,inferExpr(ctx,key,scope),result),solver.flow(inferExpr(ctx,value2,scope),valNode(solver,result));return result}function inferName(ctx,e,scope){let{solver}=ctx,{refs}=scope.fun,binding=lookup(scope,e.name);switch(binding?.kind){case"var":return useSym(scope.fun,binding.sym),refs.set(e.id,{kind:"var",sym:binding.sym}),binding.sym.node;case"fun":{let target=instanceOf(ctx,binding.named,scope.fun);return target.asValue=!0,useFun(scope.fun,target),refs.set(e.id,{kind:"fun",fun:target}),funNode(ctx,target)}case"field":{let sym=fieldSym(ctx,binding);return useSym(scope.fun,sym),refs.set(e.id,{kind:"var",sym}),sym.node}case"rowField":return useSym(scope.fun,binding.row),refs.set(e.id,{kind:"rowField",row:binding.row,name:binding.name}),readField(ctx,binding.row.node,binding.name);case"keyField":return useSym(scope.fun,binding.sym),refs.set(e.id,{kind:"keyField",sym:binding.sym,key:binding.key,name:binding.name}),readField(ctx,binding.key,binding.name);case"method":return unsupported(ctx,"a method as a value",e.span),solver.node();case void 0:break}let struct=ctx.types.structs.get(e.name);if(struct?.union&&struct.fields.length===0){refs.set(e.id,{kind:"variant",struct});let n=solver.node();return solver.addStruct(n,struct),n}if(e.name==="nil"||e.name==="null")return refs.set(e.id,{kind:"nil"}),solver.node(1);if(BUILTINS.has(e.name))return unsupported(ctx,`the built-in function \`${e.name}\` as a value`,e.span),solver.node();let near=nearest(e.name,[...visibleNames(scope),...ctx.types.structs.keys()]);return errorAt(ctx,"T002",`undefined variable: ${e.name}`,e.span,near?`Did you mean \`${near}\`?`:"Declare it before this line, with `let` or `var`."),refs.set(e.id,{kind:"nil"}),solver.node()}function funNode(ctx,target){let n=ctx.solver.node();return ctx.solver.setFun(n,{params:target.params.map(p=>p.node),result:target.result}),n}function useFun(fun,target){if(!(!target.parent||target.kind==="method"))for(let f=fun;f&&f!==target.parent;f=f.parent)f!==target&&f.capturedFuns.add(target)}function inferBinary(ctx,e,scope){let{solver}=ctx,a=inferExpr(ctx,e.left,scope),b=a,facts=e.op==="&&"||e.op==="||"?conditionFacts(e.left,e.op==="&&",scope,[]):[];switch(withFacts(ctx,facts,()=>{b=inferExpr(ctx,e.right,scope)}),e.op){case"==":case"!=":case"<":case"<=":case">":case">=":return solver.node(16);case"in":return needsMap(ctx,b),solver.node(16);case"&&":case"||":{let result=solver.node();return solver.flow(a,result),solver.flow(b,result),result}case"??":{let result=solver.node();return solver.when([a],()=>{let m=maskOf(a);m&-2&&solver.add(result,m&-2&-961)}),flowNonNull(ctx,a,result),solver.flow(b,result),result}case"union":case"union all":case"except":case"intersect":{let result=solver.node(64);for(let n of[a,b])solver.when([n],()=>{maskOf(n)&64&&solver.unify(elemNode(solver,result),elemNode(solver,n))});return result}case"+":case"-":case"*":case"/":case"%":{let result=solver.node();return solver.when([a,b],()=>{let l=maskOf(a),r=maskOf(b);l&&r&&solver.add(result,arithmetic(e.op,l,r)),ctx.growing.has(e.id)&&l&6&&r&6&&solver.add(result,4),e.op==="+"&&l&64&&r&64&&(solver.add(result,64),solver.unify(elemNode(solver,result),elemNode(solver,a)),solver.unify(elemNode(solver,result),elemNode(solver,b)))}),result}}}function flowNonNull(ctx,from,to){let{solver}=ctx;solver.when([from],()=>{let root=find(from);root.mask&64&&(solver.add(to,64),solver.unify(elemNode(solver,to),elemNode(solver,from))),root.mask&128&&(solver.add(to,128),solver.unify(keyNode(solver,to),keyNode(solver,from)),solver.unify(valNode(solver,to),valNode(solver,from)));for(let s of find(from).structs??[])solver.addStruct(to,s);for(let shape of find(from).funs?.values()??[])solver.setFun(to,shape)})}function arithmetic(op,l,r){let m=0;(l|r)&1&&(m|=1);let li=l&18,ri=r&18;li&&ri&&(m|=2);let whole=6;return(l&4&&r&whole||r&4&&l&whole)&&(m|=4),(l&1024&&r&(1024|whole)||r&1024&&l&(1024|whole))&&(m|=1024),(l&8&&r&1054||r&8&&l&1054)&&(m|=8),(l&32||r&32)&&(op==="+"?m|=32:m|=10),m}function inferCall(ctx,e,scope){let{solver}=ctx,fun=scope.fun,{callee}=e;if(callee.kind==="name"){let binding=lookup(scope,callee.name);if(binding?.kind==="fun"){let target2=instanceOf(ctx,binding.named,fun);return directCall(ctx,e,target2,callee.name,scope)}if(binding?.kind==="method"){let target2=binding.struct.methods.get(binding.name);return directCall(ctx,e,target2,callee.name,scope)}let plain=binding?.kind==="var"&&!binding.sym.maybeFun&&BUILTINS.has(callee.name);if(!binding||plain){let struct=ctx.types.structs.get(callee.name);if(struct)return construct(ctx,e,struct,scope);let builtin=BUILTINS.get(callee.name);if(builtin){let args3=e.args.map(a=>listOfGroup(a,inferExpr(ctx,a,scope),scope));MAP_BUILTINS.has(callee.name)&&args3[0]&&needsMap(ctx,args3[0]),fun.calls.set(e.id,{kind:"builtin",name:callee.name});let result=solver.node();if(args3.length<builtin.min||args3.length>builtin.max){let expected=builtin.min===builtin.max?`${builtin.min}`:`${builtin.min} to ${builtin.max}`;errorAt(ctx,"T039",`function ${callee.name} expects ${expected} argument(s), got ${args3.length}`,e.span)}else builtin.infer(solver,args3,result);return builtinLimits(ctx,callee.name,e),result}for(let a of e.args)inferExpr(ctx,a,scope);let near=nearest(callee.name,[...visibleNames(scope),...BUILTINS.keys(),...ctx.types.structs.keys()]);return errorAt(ctx,"T003",`unknown function: ${callee.name}`,callee.span,near?`Did you mean \`${near}\`?`:"No function of this name is declared here, and there is no such built-in."),fun.calls.set(e.id,{kind:"value"}),solver.node()}}if(callee.kind==="field")return methodCall(ctx,e,callee,scope);let target=inferExpr(ctx,callee,scope),args2=e.args.map(a=>inferExpr(ctx,a,scope));return fun.calls.set(e.id,{kind:"value"}),ctx.checks.push({kind:"kind",node:target,mask:512,span:callee.span,code:"T004",title:"only functions can be called"}),callValue(ctx,target,args2)}var MAP_BUILTINS=new Set(["len","keys","values","exists","count","contains"]);function listOfGroup(e,node,scope){if(e.kind!=="name")return node;let ref=scope.fun.refs.get(e.id);return ref?.kind!=="var"||!ref.sym.group?node:ref.sym.group.byName.get("items").node}function builtinLimits(ctx,name,e){name==="eval"&&unsupported(ctx,"`eval`",e.span)}function callValue(ctx,target,args2){let{solver}=ctx,result=solver.node(),done;return solver.when([target],()=>{let shape=shapeFor(target,args2.length);if(!shape||done===shape)return;done=shape;let count2=Math.min(args2.length,shape.params.length);for(let i=0;i<count2;i++)solver.flow(args2[i],shape.params[i]);args2.length<shape.params.length?solver.setFun(result,{params:shape.params.slice(args2.length),result:shape.result}):solver.flow(shape.result,result)}),result}function directCall(ctx,e,target,name,scope){let{solver}=ctx,fun=scope.fun;useFun(fun,target);let args2=e.args.map(a=>inferExpr(ctx,a,scope)),count2=target.params.length,decls=paramDecls(target);if(args2.forEach((a,i)=>{i>=count2||(solver.flow(a,target.params[i].node),checkDeclared(ctx,a,decls[i]?.type,e.args[i].span,"T007",scope,`argument ${i+1} of ${name}`))}),args2.length>count2&&ctx.report({severity:"error",code:"T006",title:`too many arguments: ${name} takes ${count2}, got ${args2.length}`,labels:[{span:e.args[count2].span},{span:target.decl?.name.span??target.span,text:"declared here"}],hint:"Remove the extra arguments."}),args2.length<count2){args2.length===0&&count2>0&&warnAt(ctx,"T076",`${name} takes ${count2} argument(s); without them this is the function itself`,e.span),target.asValue=!0,fun.calls.set(e.id,{kind:"partial",fun:target});let result=solver.node();return solver.setFun(result,{params:target.params.slice(args2.length).map(p=>p.node),result:target.result}),result}return fun.calls.set(e.id,{kind:"direct",fun:target}),target.result}function paramDecls(target){return target.decl?.params??target.lambda?.params??[]}function construct(ctx,e,struct,scope){let{solver}=ctx;e.args.forEach((a,i)=>{let value2=inferExpr(ctx,a,scope),field=struct.fields[i];field&&(solver.flow(value2,field.node),checkDeclared(ctx,value2,field.type,a.span,"T007",scope,`field ${field.name} of ${struct.name}`))}),e.args.length>struct.fields.length&&errorAt(ctx,"T006",`too many arguments: ${struct.name} has ${struct.fields.length} field(s), got ${e.args.length}`,e.span);for(let i=e.args.length;i<struct.fields.length;i++)solver.add(struct.fields[i].node,1);scope.fun.calls.set(e.id,{kind:"construct",struct});let result=solver.node();return solver.addStruct(result,struct),result}function methodCall(ctx,e,callee,scope){let{solver}=ctx,name=callee.name.text,target=inferExpr(ctx,callee.target,scope),args2=e.args.map(a=>inferExpr(ctx,a,scope));scope.fun.calls.set(e.id,{kind:"method",name});let result=solver.node(),builtin=VALUE_METHODS.get(name),done=new Set,called=!1;return solver.when([target],()=>{let root=find(target);for(let s of root.structs??[]){if(done.has(s))continue;done.add(s);let m=s.methods.get(name),f=s.byName.get(name);m?(args2.forEach((a,i)=>{let p=m.params[i];p&&solver.flow(a,p.node)}),args2.length!==m.params.length&&errorAt(ctx,"T039",`method ${name} expects ${m.params.length} argument(s), got ${args2.length}`,e.span),solver.flow(m.result,result)):f&&solver.flow(callValue(ctx,f.node,args2),result)}builtin&&root.mask&builtin.kinds?(solver.add(result,builtin.result),args2.length!==builtin.args&&errorAt(ctx,"T039",`method ${name} expects ${builtin.args} argument(s), got ${args2.length}`,e.span)):root.mask&128&&!called&&(called=!0,solver.add(keyNode(solver,target),32),solver.flow(callValue(ctx,valNode(solver,target),args2),result))}),builtin?ctx.checks.push({kind:"kind",node:target,mask:builtin.kinds|256,span:callee.target.span,code:"T027",title:`no method \`${name}\` here`}):ctx.checks.push({kind:"field",node:target,name,span:callee.name.span}),result}function inferStruct(ctx,e,scope){let{solver}=ctx,result=solver.node(),info=ctx.types.structs.get(e.name.text),alias=ctx.types.aliases.get(e.name.text);if(!info&&alias?.kind==="name"&&(info=ctx.types.structs.get(alias.name)),!info){let near=nearest(e.name.text,ctx.types.structs.keys());errorAt(ctx,"T025",`unknown type: ${e.name.text}`,e.name.span,near?`Did you mean \`${near}\`?`:"Declare it with `type`.");for(let f of e.fields)inferExpr(ctx,f.value,scope);return result}let given=new Set;for(let f of e.fields){let value2=inferExpr(ctx,f.value,scope),field=info.byName.get(f.name.text);if(!field){let near=nearest(f.name.text,info.byName.keys());errorAt(ctx,"T026",`unknown field \`${f.name.text}\` on ${info.name}`,f.name.span,near?`Did you mean \`${near}\`?`:`Its fields: ${[...info.byName.keys()].join(", ")}.`);continue}given.has(field.name)&&errorAt(ctx,"T077",`field \`${field.name}\` is given twice`,f.name.span),given.add(field.name),solver.flow(value2,field.node),checkDeclared(ctx,value2,field.type,f.value.span,"T008",scope,`field ${field.name} of ${info.name}`)}let missing=info.fields.filter(f=>!given.has(f.name));if(missing.length){for(let f of missing)solver.add(f.node,1);warnAt(ctx,"T053",`${info.name} is made without ${missing.map(f=>`\`${f.name}\``).join(", ")}; missing fields are nil`,e.span)}return solver.addStruct(result,info),result}function inferCast(ctx,e,scope){let{solver}=ctx,value2=inferAs(ctx,e.value,e.type,scope);if(checkTypeNames(ctx,e.type,scope),e.value.kind==="fetch")return value2;let result=declNode(ctx.typeCtx,e.type,scope.typeArgs);return isIdentityCast(ctx,e.type)||needsMap(ctx,value2),castFlow(ctx,e.type,value2,result),(e.value.kind==="list"&&e.value.items.length===0||e.value.kind==="map"&&e.value.entries.length===0)&&solver.flow(value2,result),e.type.kind==="option"&&solver.add(result,1),result}function castFlow(ctx,t,from,to,depth=0){let{solver}=ctx;if(!t||depth>20||isIdentityCast(ctx,t)){solver.flow(from,to);return}let alias=t.kind==="name"?ctx.types.aliases.get(t.name):void 0;if(alias){castFlow(ctx,alias,from,to,depth+1);return}let into=(type,source,target)=>castFlow(ctx,type,source,target,depth+1),done=new Set,once=(key,fn)=>{done.has(key)||(done.add(key),fn())};solver.when([from],()=>{let root=find(from);if(t.kind==="generic"&&t.name==="list"&&root.mask&64&&once("list",()=>into(t.args[0],elemNode(solver,from),elemNode(solver,to))),t.kind==="generic"&&t.name==="map"){root.mask&128&&once("map",()=>into(t.args[1],valNode(solver,from),valNode(solver,to)));for(let s of root.structs??[])once(s,()=>{for(let f of s.fields)into(t.args[1],f.node,valNode(solver,to))})}if(t.kind==="name"){for(let target of find(to).structs??[])root.mask&128&&once(target,()=>{for(let f of target.fields)into(f.type,valNode(solver,from),f.node)});(t.name==="list"&&root.mask&64||t.name==="map"&&root.mask&128)&&once("plain",()=>solver.flow(from,to))}})}function isIdentityCast(ctx,t){switch(t.kind){case"name":{if(ctx.types.structs.has(t.name)&&!ctx.types.structs.get(t.name).union)return!1;let alias=ctx.types.aliases.get(t.name);return alias?isIdentityCast(ctx,alias):!["int","int64","float","bigint","bigrat","string","bool","list","map"].includes(t.name)}case"generic":return t.name!=="list"&&t.name!=="map";case"fun":case"record":return!0;case"option":return isIdentityCast(ctx,t.inner)}}function inferMatch(ctx,e,scope){let{solver}=ctx,value2=inferExpr(ctx,e.value,scope),result=solver.node(),covered=new Set,total=!1,bools=0;for(let arm of e.arms){let inner=childScope(scope,scope.fun);walkPattern(ctx,arm.pattern,inner);let plan=scope.fun.patterns.get(arm.pattern);arm.pattern.kind==="wildcard"&&(total=!0),plan?.kind==="variant"&&covered.add(plan.struct),arm.pattern.kind==="literal"&&arm.pattern.value.kind==="bool"&&(bools|=arm.pattern.value.value?1:2),arm.body.kind==="expr"?solver.flow(inferExpr(ctx,arm.body.expr,inner),result):(walkArmBlock(ctx,arm.body.block,inner),canFallThrough(arm.body.block.body)&&solver.add(result,1))}return total||solver.when([value2],()=>{let root=find(value2);(root.mask&~(256|(bools===3?16:0))||[...root.structs??[]].some(s=>!covered.has(s)))&&solver.add(result,1)}),result}function walkArmBlock(ctx,block2,scope){walkStatements(ctx,block2.body,childScope(scope,scope.fun))}function applyRules(ctx){for(let c of ctx.checks){let mask=maskOf(c.node)&-2;if(mask!==0)switch(c.kind){case"declared":{let got=typeName(c.node),title=c.what??"type mismatch";(!(mask&c.allowed.mask)||structsDiffer(c.node,mask,c.allowed))&&ctx.report({severity:"error",code:c.code,title:`${title}: expected ${c.allowed.text}, got ${got}`,labels:[{span:c.span,text:`this is ${got}`}],hint:"Change the value or the declared type."});break}case"kind":mask&c.mask||ctx.report({severity:"error",code:c.code,title:`${c.title}: this is ${typeName(c.node)}`,labels:[{span:c.span}]});break;case"field":{if(mask&-257){mask&384||ctx.report({severity:"error",code:"T027",title:`${typeName(c.node)} has no fields`,labels:[{span:c.span}],hint:`\`.${c.name}\` works on structs and maps.`});break}let structs2=[...find(c.node).structs??[]];if(structs2.some(s=>s.byName.has(c.name)||s.methods.has(c.name)||s.mergedOf||s.isGroup&&keyField(s,c.name))||c.name==="__name"||structs2.some(s=>s.anonymous))break;let near=nearest(c.name,structs2.flatMap(s=>[...s.byName.keys(),...s.methods.keys()]));ctx.report({severity:"error",code:"T026",title:`unknown field \`${c.name}\` on ${typeName(c.node)}`,labels:[{span:c.span}],hint:near?`Did you mean \`${near}\`?`:`Its fields: ${structs2.flatMap(s=>[...s.byName.keys()]).join(", ")}.`});break}}}}function structsDiffer(node,mask,allowed){if(mask!==256||!allowed.structs||!(allowed.mask&256))return!1;let have=find(node).structs??new Set;for(let s of have)if(s.anonymous||allowed.structs.has(s))return!1;return have.size>0}function checkProgram(body,span,report2,options){let mapSites=new Set,growing;for(;;){let found=[],{program,notRecords}=checkOnce(body,span,d=>found.push(d),options,mapSites,growing??new Set),before=mapSites.size;for(let site of notRecords)mapSites.add(site);if(!(mapSites.size>before)&&!(!growing&&(growing=growingSites(program),growing.size>0))){for(let d of found)report2(d);return program}}}function checkOnce(body,span,report2,options,mapSites,growing){let solver=createSolver(),funs=0,types=collectTypes(body,report2),deferred=[],seen=new Set,ctx={solver,types,typeCtx:{solver,table:types},main:void 0,globals:[],strict:options.strict,growing,shapes:[],mapSites,notRecords:new Set,facts:[],checks:[],report(d){let s=d.labels[0].span,key=`${d.code}:${s.file}:${s.start}:${d.title}`;seen.has(key)||(seen.add(key),report2(d))},defer(fn){deferred.push(fn)},nextFun:()=>funs++,depth:0},main=newFun(ctx,"main","main",span,void 0,solver.node(1));ctx.main=main,fillTypes(ctx.typeCtx);let scope=childScope(void 0,main),tests=[];for(let decl of types.decls.values())checkFieldTypes(ctx,decl.body,scope),decl.body.kind==="struct"&&declareMethods(ctx,types.structs.get(decl.name.text),decl.body.methods,scope);for(let stmt2 of body)stmt2.kind==="test"&&tests.push({name:stmt2.name,span:stmt2.span,stmt:stmt2});for(walkStmts(ctx,body,scope,!0);deferred.length;){let batch=deferred;deferred=[];for(let fn of batch)fn()}return solver.solve(),findMapsAmongRecords(ctx),ctx.notRecords.size===0&&applyRules(ctx),{program:{main,body,structs:[...types.structs.values()],globals:ctx.globals,tests,types,solver},notRecords:ctx.notRecords}}function findMapsAmongRecords(ctx){if(ctx.shapes.length!==0){for(let n of ctx.solver.nodes())if(!(n.forward||!(n.mask&128)||!n.structs))for(let s of n.structs)s.anonymous&&notRecord(ctx,s)}}function declareMethods(ctx,info,methods,outer){for(let m of methods){let result=declNode(ctx.typeCtx,m.result,void 0);m.result||ctx.solver.add(result,0);let fun=newFun(ctx,"method",`${info.name}.${m.name.text}`,m.span,ctx.main,result,{decl:m,self:info});info.methods.set(m.name.text,fun);let scope=childScope(outer,fun);for(let f of info.fields)scope.names.set(f.name,{kind:"field",struct:info,name:f.name,method:fun});for(let other of methods)scope.names.set(other.name.text,{kind:"method",struct:info,name:other.name.text});let inner=childScope(scope,fun);declareParams(ctx,fun,m.params,inner),checkTypeNames(ctx,m.result,inner),ctx.defer(()=>walkBody(ctx,fun,m.body,inner,m.result!==void 0))}}function declareParams(ctx,fun,params,scope){for(let p of params){let node=declNode(ctx.typeCtx,p.type,scope.typeArgs),declared=allowedBy(ctx.types,p.type,scope.typeArgs);checkTypeNames(ctx,p.type,scope);let sym=newSym(ctx,scope,p.name.text,p.name.span,node,!0,!1,declared);fun.params.push(sym),fun.syms.set(p.id,sym)}}function walkBody(ctx,fun,body,scope,declaredResult){walkStmts(ctx,body.body,scope,!1),fun.fallsThrough=canFallThrough(body.body),fun.fallsThrough?ctx.solver.add(fun.result,1):declaredResult||ctx.solver.add(fun.result,0)}function instanceOf(ctx,named,from){if(named.instance)return named.instance;let generic=named.decl.typeParams.length>0;if(generic){for(let f=from;f;f=f.parent)if(f.decl===named.decl)return f}let typeArgs2=new Map(named.scope.typeArgs??[]);for(let t of named.decl.typeParams)typeArgs2.set(t.text,ctx.solver.node());let scope=childScope(named.scope,void 0,typeArgs2),result=declNode(ctx.typeCtx,named.decl.result,typeArgs2),fun=newFun(ctx,"named",named.decl.name.text,named.decl.span,named.parent,result,{decl:named.decl});scope.fun=fun,generic||(named.instance=fun),declareParams(ctx,fun,named.decl.params,scope),checkTypeNames(ctx,named.decl.result,scope);let walk2=()=>walkBody(ctx,fun,named.decl.body,scope,named.decl.result!==void 0);if(generic){if(ctx.depth>40)return errorAt(ctx,"T071",`generic function \`${named.decl.name.text}\` uses itself at ever new types`,named.decl.name.span),fun;ctx.depth++,walk2(),ctx.depth--}else ctx.defer(walk2);return fun}function walkLambda(ctx,lambda,outer){let typeArgs2=new Map(outer.typeArgs??[]);for(let t of lambda.typeParams)typeArgs2.set(t.text,ctx.solver.node());let result=declNode(ctx.typeCtx,lambda.result,typeArgs2),fun=newFun(ctx,"lambda",`${outer.fun.display}.fun`,lambda.span,outer.fun,result,{lambda}),scope=childScope(outer,fun,typeArgs2),facts=ctx.facts.splice(0);if(declareParams(ctx,fun,lambda.params,scope),checkTypeNames(ctx,lambda.result,scope),fun.asValue=!0,lambda.expr){let value2=inferExpr(ctx,lambda.expr,scope);ctx.solver.flow(value2,result),checkDeclared(ctx,value2,lambda.result,lambda.expr.span,"T010",scope),fun.fallsThrough=!1}else{let body=lambda.block??{body:[],span:lambda.span};walkBody(ctx,fun,body,scope,lambda.result!==void 0)}return ctx.facts.push(...facts),outer.fun.funs.set(lambda.id,fun),fun}var KEEPING_BUILTINS=new Set(["collect","json"]);function borrowedParams(funs){let all=[...funs],borrowed=new Set;for(let f of all)if(f.kind==="named")for(let p of f.params)maskOf(p.node)&64&&!p.captured&&p.assignments===0&&borrowed.add(p);for(let changed=!0;changed;){changed=!1;let keep=sym=>{borrowed.delete(sym)&&(changed=!0)};for(let f of all){if(!f.params.some(p=>borrowed.has(p)))continue;let body=f.decl?.body.body??f.lambda?.block?.body??[];stmts(f,body,borrowed,keep)}}return borrowed}function stmts(f,body,borrowed,keep){for(let s of body)stmt(f,s,borrowed,keep)}function block(f,b,borrowed,keep){stmts(f,b.body,borrowed,keep)}function stmt(f,s,borrowed,keep){let kept=e=>expr(f,e,!0,borrowed,keep),read=e=>expr(f,e,!1,borrowed,keep);switch(s.kind){case"let":s.value&&kept(s.value);return;case"assign":for(let a of s.path)a.kind==="index"&&read(a.index);kept(s.value);return;case"return":s.value&&kept(s.value);return;case"if":ifStmt(f,s,borrowed,keep);return;case"while":read(s.cond),block(f,s.body,borrowed,keep);return;case"for":read(s.iter),s.end&&read(s.end),block(f,s.body,borrowed,keep);return;case"expr":case"expect":read(s.expr);return;case"test":case"bench":block(f,s.body,borrowed,keep);return;default:return}}function ifStmt(f,s,borrowed,keep){expr(f,s.cond,!1,borrowed,keep),block(f,s.then,borrowed,keep),s.else&&("kind"in s.else?ifStmt(f,s.else,borrowed,keep):block(f,s.else,borrowed,keep))}function expr(f,e,kept,borrowed,keep){let go=(x,k)=>expr(f,x,k,borrowed,keep);switch(e.kind){case"name":{let ref=f.refs.get(e.id);kept&&ref?.kind==="var"&&keep(ref.sym);return}case"unary":return go(e.operand,!1);case"binary":{let passes=e.op==="&&"||e.op==="||"||e.op==="??";go(e.left,kept&&passes),go(e.right,kept&&passes);return}case"call":{let plan=f.calls.get(e.id);if(plan?.kind==="direct"){e.args.forEach((a,i)=>{let p=plan.fun.params[i];go(a,!(p&&borrowed.has(p)))});return}if(plan?.kind==="builtin"){e.args.forEach((a,i)=>{let stored=(plan.name==="append"||plan.name==="push"||plan.name==="reduce")&&i>0;go(a,stored||i===0&&KEEPING_BUILTINS.has(plan.name))});return}if(plan?.kind==="method"&&e.callee.kind==="field"){go(e.callee.target,!1);for(let a of e.args)go(a,!0);return}go(e.callee,!1);for(let a of e.args)go(a,!0);return}case"index":go(e.target,!1),go(e.index,!1);return;case"slice":go(e.target,!1);for(let p of[e.start,e.end,e.step])p&&go(p,!1);return;case"field":return go(e.target,!1);case"cast":return go(e.value,kept);case"struct":for(let x of e.fields)go(x.value,!0);return;case"list":for(let x of e.items)go(x,!0);return;case"map":for(let x of e.entries)go(x.key,!1),go(x.value,!0);return;case"if":go(e.cond,!1),go(e.then,kept),e.else&&go(e.else,kept);return;case"match":go(e.value,!0);for(let a of e.arms)a.body.kind==="expr"?go(a.body.expr,kept):block(f,a.body.block,borrowed,keep);return;default:return}}function emptyModule(){return{funcs:new Map,imports:new Map,globals:new Map,data:new Map,exports:new Map}}function listGrowth(funs){let all=new Map;for(let f of funs)all.set(f,effects(f,f.decl?.body??f.lambda?.block??f.lambda?.expr));for(let changed=!0;changed;){changed=!1;for(let e of all.values())for(let callee of e.callees){let other=all.get(callee);other?add(e,other)&&(changed=!0):e.unknown=!0}}return all}function add(to,from){let before=to.vars.size;for(let v of from.vars)to.vars.add(v);let places=from.places&&!to.places,unknown=from.unknown&&!to.unknown;return places&&(to.places=!0),unknown&&(to.unknown=!0),places||unknown||to.vars.size>before}function growthDuring(f,e,known){let result=effects(f,e);for(let callee of result.callees){let other=known.get(callee);other?add(result,other):result.unknown=!0}return result}function effects(f,part){let found={vars:new Set,places:!1,unknown:!1,callees:new Set},visit=x=>{if(typeof x!="object"||x===null)return;if(Array.isArray(x)){for(let item of x)visit(item);return}let node=x;if(!(node.kind==="fun"||node.kind==="lambda")){if(node.kind==="call"&&noteCall(f,node.id,found),node.kind==="assign"&&isAppend(f,node.value)){let sym=f.syms.get(node.id);node.path.length>0||!sym?found.places=!0:found.vars.add(sym)}for(let value2 of Object.values(x))visit(value2)}};return visit(part),found}function noteCall(f,id,found){let plan=f.calls.get(id);switch(plan?.kind){case"direct":found.callees.add(plan.fun);return;case"builtin":plan.name==="reduce"&&(found.unknown=!0);return;case"partial":case"construct":return;case"value":case"method":case void 0:found.unknown=!0;return}}function isAppend(f,e){let call=e;if(call?.kind!=="call")return!1;let plan=f.calls.get(call.id);return plan?.kind==="builtin"&&(plan.name==="append"||plan.name==="push")}function mayGrow(f,place,growth){switch(place.kind){case"name":{let ref=f.refs.get(place.id);return ref?.kind!=="var"?!1:growth.vars.has(ref.sym)||growth.unknown&&(ref.sym.captured||ref.sym.global)}case"index":case"field":return growth.places||growth.unknown;default:return growth.unknown||growth.places||growth.vars.size>0}}var WASM_TYPE={i32:"i32",i64:"i64",f64:"f64",ref:"i32",cell:"i64"},table=new Map;for(let t of["i32","i64"]){for(let op of"add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr".split(" "))table.set(`${t}.${op}`,{params:[t,t],result:t});for(let op of"eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u".split(" "))table.set(`${t}.${op}`,{params:[t,t],result:"i32"});for(let op of"clz ctz popcnt extend8_s extend16_s".split(" "))table.set(`${t}.${op}`,{params:[t],result:t});table.set(`${t}.eqz`,{params:[t],result:"i32"});for(let op of"trunc_f64_s trunc_f64_u trunc_sat_f64_s trunc_sat_f64_u".split(" "))table.set(`${t}.${op}`,{params:["f64"],result:t});for(let sign of["s","u"])table.set(`f64.convert_${t}_${sign}`,{params:[t],result:"f64"})}for(let op of"add sub mul div min max copysign".split(" "))table.set(`f64.${op}`,{params:["f64","f64"],result:"f64"});for(let op of"eq ne lt gt le ge".split(" "))table.set(`f64.${op}`,{params:["f64","f64"],result:"i32"});for(let op of"abs neg ceil floor trunc nearest sqrt".split(" "))table.set(`f64.${op}`,{params:["f64"],result:"f64"});table.set("i64.extend32_s",{params:["i64"],result:"i64"});table.set("i32.wrap_i64",{params:["i64"],result:"i32"});table.set("i64.extend_i32_s",{params:["i32"],result:"i64"});table.set("i64.extend_i32_u",{params:["i32"],result:"i64"});table.set("i64.reinterpret_f64",{params:["f64"],result:"i64"});table.set("f64.reinterpret_i64",{params:["i64"],result:"f64"});var NUMERIC_SIGNATURES=table,TRAPPING=/\.(div_[su]|rem_[su]|trunc_f64_[su])$/;function mayTrap(code){return TRAPPING.test(code)}var i32=value2=>({op:"const",type:"i32",value:value2|0}),i64=value2=>({op:"const",type:"i64",value:BigInt(value2)}),get=(local,type)=>({op:"get",type,local}),set=(local,value2)=>({op:"set",local,value:value2});function zero(type){return{op:"const",type,value:type==="i64"||type==="cell"?0n:0}}function num(code,...args2){return{op:"num",type:NUMERIC_SIGNATURES.get(code).result,code,args:args2}}function as(type,value2){return value2.type===type?value2:value2.op==="const"||value2.op==="as"?{...(value2.op==="as",value2),type}:{op:"as",type,value:value2}}function addLocal(func,type){return func.locals.push(type)-1}var TEXT=new TextEncoder,STRING_KIND=1,STRING_HEADER_BYTES=24;function stringDatumName(text){return typeof text=="string"?`str:${text}`:`strb:${Array.from(text,b=>b.toString(16).padStart(2,"0")).join("")}`}function stringDatum(text){let utf8=typeof text=="string"?TEXT.encode(text):text,name=stringDatumName(text),bytes=new Uint8Array(STRING_HEADER_BYTES+utf8.length),view=new DataView(bytes.buffer),points=0;for(let byte of utf8)(byte&192)!==128&&points++;return view.setUint32(0,STRING_KIND,!0),view.setUint32(4,utf8.length,!0),view.setUint32(8,points,!0),view.setUint32(12,STRING_HEADER_BYTES,!0),bytes.set(utf8,STRING_HEADER_BYTES),{name,align:4,bytes,relocs:[{at:12,data:name}]}}function operands(e){switch(e.op){case"const":case"get":case"global":case"funcIndex":case"data":case"memorySize":return NONE;case"num":case"call":return e.args;case"callIndirect":return[...e.args,e.target];case"as":return[e.value];case"load":return[e.addr];case"if":return[e.cond,e.then,e.else];case"select":return[e.then,e.else,e.cond];case"seq":return[e.value];case"memoryGrow":return[e.pages];default:return assertNever(e)}}var NONE=[];function stmtOperands(s){switch(s.op){case"set":case"setGlobal":case"do":case"keep":case"switch":return[s.value];case"store":return[s.addr,s.value];case"if":case"brIf":return[s.cond];case"return":return s.value?[s.value]:NONE;case"memoryCopy":return[s.to,s.from,s.bytes];case"memoryFill":return[s.to,s.byte,s.bytes];case"block":case"loop":case"br":case"unreachable":return NONE;default:return assertNever(s)}}function walk(body,onExpr,onStmt){for(let i=0;i<body.length;i++){let s=body[i];switch(onStmt?.(s),s.op){case"set":case"setGlobal":case"do":case"keep":case"switch":walkExpr(s.value,onExpr,onStmt);break;case"store":walkExpr(s.addr,onExpr,onStmt),walkExpr(s.value,onExpr,onStmt);break;case"if":walkExpr(s.cond,onExpr,onStmt),walk(s.then,onExpr,onStmt),walk(s.else,onExpr,onStmt);break;case"block":case"loop":walk(s.body,onExpr,onStmt);break;case"brIf":walkExpr(s.cond,onExpr,onStmt);break;case"return":s.value&&walkExpr(s.value,onExpr,onStmt);break;case"memoryCopy":case"memoryFill":for(let e of stmtOperands(s))walkExpr(e,onExpr,onStmt);break;default:}}}function walkExpr(e,onExpr,onStmt){switch(onExpr(e),e.op){case"num":case"call":case"callIndirect":for(let i=0;i<e.args.length;i++)walkExpr(e.args[i],onExpr,onStmt);e.op==="callIndirect"&&walkExpr(e.target,onExpr,onStmt);break;case"as":walkExpr(e.value,onExpr,onStmt);break;case"load":walkExpr(e.addr,onExpr,onStmt);break;case"if":walkExpr(e.cond,onExpr,onStmt),walkExpr(e.then,onExpr,onStmt),walkExpr(e.else,onExpr,onStmt);break;case"select":walkExpr(e.then,onExpr,onStmt),walkExpr(e.else,onExpr,onStmt),walkExpr(e.cond,onExpr,onStmt);break;case"seq":walk(e.body,onExpr,onStmt),walkExpr(e.value,onExpr,onStmt);break;case"memoryGrow":walkExpr(e.pages,onExpr,onStmt);break;default:}}function walkStmts2(body,onStmt){walk(body,nothing,onStmt)}var nothing=()=>{};function someStmt(e,test){switch(e.op){case"const":case"get":case"global":case"data":case"funcIndex":return!1;default:}let found=!1;return walkExpr(e,nothing,s=>{found||=test(s)}),found}function assigns2(e,local){return someStmt(e,s=>s.op==="set"&&s.local===local)}function mapSame(items,f){let out;for(let i=0;i<items.length;i++){let before=items[i],after=f(before);after!==before&&!out&&(out=items.slice(0,i)),out?.push(after)}return out??items}function mapExpr(e,m){switch(e.op){case"const":case"get":case"global":case"funcIndex":case"data":case"memorySize":return e;case"num":case"call":{let args2=mapSame(e.args,m.expr);return args2===e.args?e:{...e,args:args2}}case"callIndirect":{let args2=mapSame(e.args,m.expr),target=m.expr(e.target);return args2===e.args&&target===e.target?e:{...e,args:args2,target}}case"as":{let value2=m.expr(e.value);return value2===e.value?e:{...e,value:value2}}case"load":{let addr=m.expr(e.addr);return addr===e.addr?e:{...e,addr}}case"if":{let cond=m.expr(e.cond),yes=m.expr(e.then),no=m.expr(e.else);return cond===e.cond&&yes===e.then&&no===e.else?e:{...e,cond,then:yes,else:no}}case"select":{let yes=m.expr(e.then),no=m.expr(e.else),cond=m.expr(e.cond);return cond===e.cond&&yes===e.then&&no===e.else?e:{...e,cond,then:yes,else:no}}case"seq":{let body=m.body(e.body),value2=m.expr(e.value);return body===e.body&&value2===e.value?e:{...e,body,value:value2}}case"memoryGrow":{let pages=m.expr(e.pages);return pages===e.pages?e:{...e,pages}}default:return assertNever(e)}}function mapStmt(s,m){switch(s.op){case"set":case"setGlobal":case"do":case"keep":case"switch":{let value2=m.expr(s.value);return value2===s.value?s:{...s,value:value2}}case"store":{let addr=m.expr(s.addr),value2=m.expr(s.value);return addr===s.addr&&value2===s.value?s:{...s,addr,value:value2}}case"if":{let cond=m.expr(s.cond),yes=m.body(s.then),no=m.body(s.else);return cond===s.cond&&yes===s.then&&no===s.else?s:{...s,cond,then:yes,else:no}}case"brIf":{let cond=m.expr(s.cond);return cond===s.cond?s:{...s,cond}}case"block":case"loop":{let body=m.body(s.body);return body===s.body?s:{...s,body}}case"return":{if(!s.value)return s;let value2=m.expr(s.value);return value2===s.value?s:{...s,value:value2}}case"memoryCopy":{let to=m.expr(s.to),from=m.expr(s.from),bytes=m.expr(s.bytes);return to===s.to&&from===s.from&&bytes===s.bytes?s:{...s,to,from,bytes}}case"memoryFill":{let to=m.expr(s.to),byte=m.expr(s.byte),bytes=m.expr(s.bytes);return to===s.to&&byte===s.byte&&bytes===s.bytes?s:{...s,to,byte,bytes}}case"br":case"unreachable":return s;default:return assertNever(s)}}function maxLabel(body){let max=-1;return walkStmts2(body,s=>{(s.op==="block"||s.op==="loop")&&s.label>max&&(max=s.label)}),max}function jumpsTo(body,label){let found=!1;return walkStmts2(body,s=>{((s.op==="br"||s.op==="brIf")&&s.label===label||s.op==="switch"&&(s.otherwise===label||s.labels.includes(label)))&&(found=!0)}),found}function fallsThrough(body,noReturn){for(let s of body)if(!stmtFallsThrough(s,noReturn))return!1;return!0}function stmtFallsThrough(s,noReturn){switch(s.op){case"br":case"switch":case"return":case"unreachable":return!1;case"do":return!(noReturn&&s.value.op==="call"&&noReturn(s.value.func));case"if":return s.else.length===0||fallsThrough(s.then,noReturn)||fallsThrough(s.else,noReturn);case"block":return fallsThrough(s.body,noReturn)||jumpsTo(s.body,s.label);case"loop":return fallsThrough(s.body,noReturn);default:return!0}}function copyFunc(func,body=func.body){return{...func,locals:func.locals.slice(),localNames:func.localNames?.slice(),body}}var KIND={STRING:1,LIST:5,MAP:6,STRUCT:7,CLOSURE:8,BOX:9},ELEMENT={bool:{kind:0,size:1,suffix:"bool"},i64:{kind:1,size:8,suffix:"i64"},f64:{kind:2,size:8,suffix:"f64"},ref:{kind:3,size:4,suffix:"ref"},cell:{kind:4,size:8,suffix:"cell"}};function typeOf(repr){return repr==="bool"?"i32":repr}var i322=value2=>({op:"const",type:"i32",value:value2}),i642=value2=>({op:"const",type:"i64",value:value2}),f64=value2=>({op:"const",type:"f64",value:value2}),nullCell={op:"const",type:"cell",value:0n},nullRef={op:"const",type:"ref",value:0};function num2(type,code,...args2){return{op:"num",type,code,args:args2}}function rt(type,name,args2,span){return{op:"call",type,func:`rt.${name}`,args:args2,...span?{span}:{}}}function get2(fn,local){return{op:"get",type:fn.locals[local],local}}function newLocal(fn,type,name){return fn.locals.push(type),fn.localNames.push(name),fn.locals.length-1}function newLabel(fn){return fn.labels++}function emit(fn,stmt2){fn.out.push(stmt2)}function emitDo(fn,value2){if(!(value2.op==="const"||value2.op==="get")){if(value2.op==="seq"){fn.out.push(...value2.body),emitDo(fn,value2.value);return}fn.out.push({op:"do",value:value2})}}function collect2(fn,body){let outer=fn.out;fn.out=[],body();let inner=fn.out;return fn.out=outer,inner}function seq(fn,build){let value2,body=collect2(fn,()=>{value2=build()});return body.length===0?value2:{op:"seq",type:value2.type,body,value:value2}}function isPure(e){return e.op==="const"||e.op==="data"||e.op==="funcIndex"}function hold(fn,value2){if(isPure(value2))return value2;let local=newLocal(fn,value2.type);return emit(fn,{op:"set",local,value:value2}),get2(fn,local)}function load(repr,addr,offset2){switch(repr){case"bool":return{op:"load",type:"i32",code:"i32.load8_u",addr,offset:offset2};case"i64":return{op:"load",type:"i64",code:"i64.load",addr,offset:offset2};case"f64":return{op:"load",type:"f64",code:"f64.load",addr,offset:offset2};case"ref":return{op:"load",type:"ref",code:"i32.load",addr,offset:offset2};case"cell":return{op:"load",type:"cell",code:"i64.load",addr,offset:offset2}}}function store(repr,addr,offset2,value2){switch(repr){case"bool":return{op:"store",code:"i32.store8",addr,offset:offset2,value:value2};case"i64":case"cell":return{op:"store",code:"i64.store",addr,offset:offset2,value:value2};case"f64":return{op:"store",code:"f64.store",addr,offset:offset2,value:value2};case"ref":return{op:"store",code:"i32.store",addr,offset:offset2,value:value2}}}function asI32(e){return e.type==="i32"?e:{op:"as",type:"i32",value:e}}function header(kind,more={}){return kind|(more.element??0)<<8|(more.key??0)<<12|(more.typeId??0)<<16}function alloc(size,head){return rt("ref","alloc",[i322(size),i322(head|0)])}function stringData(lo,text,raw){let name=stringDatumName(raw??text);return lo.module.data.has(name)||addData(lo,stringDatum(raw??text)),{op:"data",type:"ref",name}}function addData(lo,datum){lo.module.data.set(datum.name,datum)}function layoutOf(lo,info){let known=lo.layouts.get(info);if(known)return known;for(let s of info.union?info.union.variants:[info])makeLayout(lo,s);return lo.layouts.get(info)}function makeLayout(lo,info){if(lo.layouts.has(info))return;let fields=info.fields.map(f=>({name:f.name,node:f.node,repr:reprOf(f.node)})),{placed,size}=placeFields(fields),slots=new Map(placed.map(s=>[s.name,s])),typeId2=lo.descriptors.length+1;lo.layouts.set(info,{info,typeId:typeId2,size,slots,order:placed}),addDescriptor(lo,info.anonymous?"":info.name,size,info.anonymous?4:info.union?1:0,placed)}function placeFields(fields){let offset2=4,at2=new Map;for(let f of fields)f.repr==="ref"&&(offset2=put(f,offset2,4));for(let f of fields)f.repr==="bool"&&(offset2=put(f,offset2,1));for(let f of fields)ELEMENT[f.repr].size===8&&(offset2=put(f,offset2,8));function put(f,from,size){let start2=Math.ceil(from/size)*size;return at2.set(f,start2),start2+size}return{placed:fields.map(f=>({...f,offset:at2.get(f)})),size:Math.max(8,Math.ceil(offset2/4)*4)}}function addDescriptor(lo,name,size,flags,slots){let id=lo.descriptors.length+1,key=`type:${id}`,bytes=new Uint8Array(16+slots.length*12),view=new DataView(bytes.buffer),relocs=[];view.setUint32(0,size,!0);let nameData=stringData(lo,name);return nameData.op==="data"&&relocs.push({at:4,data:nameData.name}),view.setUint32(8,slots.length,!0),view.setUint32(12,flags,!0),slots.forEach((s,i)=>{let at2=16+i*12;if(s.name!==void 0){let data=stringData(lo,s.name);data.op==="data"&&relocs.push({at:at2,data:data.name})}view.setUint32(at2+4,s.offset,!0),view.setUint32(at2+8,ELEMENT[s.repr].kind,!0)}),addData(lo,{name:key,align:4,bytes,relocs}),lo.descriptors.push(key),id}function needFun(lo,info){return lo.queued.has(info)||(lo.queued.add(info),lo.queue.push(info)),info.name}function hasEnv(info){return info.kind==="lambda"?!0:reaches2(info,new Set)}function reaches2(info,seen){if(seen.has(info))return!1;if(seen.add(info),info.captures.size>0)return!0;for(let f of info.capturedFuns)if(reaches2(f,seen))return!0;return!1}function envFuns(info){return[...info.capturedFuns].filter(f=>f!==info&&f.kind==="named"&&reaches2(f,new Set))}function resultType(node){return isUnit(node)?void 0:typeOf(reprOf(node))}function isUnit(node){return(maskOf(node)&-2)===0}function isBoxed(sym){return sym.captured&&(sym.assignments>0||sym.capturedEarly)}function elemRepr(lo,list){return reprOf(elemNode(lo.solver,list))}function structsOf(node){return[...find(node).structs??[]]}function finishFunc(fn,name,params,result,body){return{name,display:fn.info.display,span:fn.info.span,params,result,locals:fn.locals,localNames:fn.localNames,body}}var FIRST_CAPTURE=8;function envSlots(info){let slots=[...[...info.captures].map(sym=>({name:sym.name,repr:isBoxed(sym)?"ref":reprOf(sym.node),sym,fun:void 0})),...envFuns(info).map(fun=>({name:fun.display,repr:"ref",sym:void 0,fun}))];return placeFields(slots).placed.map(s=>({...s,offset:s.offset+4}))}var closureTypes=new WeakMap;function closureType(lo,slots){let known=closureTypes.get(lo);known||(known=new Map,closureTypes.set(lo,known));let key=slots.map(s=>`${s.repr}@${s.offset}`).join(","),type=known.get(key);if(!type){let end=slots.reduce((m,s)=>Math.max(m,s.offset+ELEMENT[s.repr].size),FIRST_CAPTURE),size=Math.ceil(end/8)*8;type={typeId:addDescriptor(lo,"fun",size,2,slots),size},known.set(key,type)}return type}function makeBox(fn,sym,value2){let repr=reprOf(sym.node),known=fn.places.get(sym);if(known?.kind==="box"&&sym.capturedEarly){emit(fn,store(repr,get2(fn,known.local),8,value2));return}let held=newLocal(fn,typeOf(repr));emit(fn,{op:"set",local:held,value:value2});let local=known?.kind==="box"?known.local:newLocal(fn,"ref",sym.name);emit(fn,{op:"set",local,value:alloc(16,header(KIND.BOX,{element:ELEMENT[repr].kind}))}),emit(fn,store(repr,get2(fn,local),8,get2(fn,held))),fn.places.set(sym,{kind:"box",local,repr})}function boxOf(fn,sym){let place=fn.places.get(sym);if(place?.kind==="box")return get2(fn,place.local);let repr=reprOf(sym.node),local=newLocal(fn,"ref",sym.name);return emit(fn,{op:"set",local,value:alloc(16,header(KIND.BOX,{element:ELEMENT[repr].kind}))}),emit(fn,{op:"store",code:"i64.store",addr:get2(fn,local),offset:8,value:{op:"const",type:"i64",value:0n}}),fn.places.set(sym,{kind:"box",local,repr}),get2(fn,local)}function makeClosure(fn,info){let{lo}=fn,slots=envSlots(info);return slots.length===0?staticClosure(lo,info):seq(fn,()=>{let values2=slots.map(s=>{if(s.fun)return fn.closures.has(s.fun)?get2(fn,fn.closures.get(s.fun)):nullRef;let sym=s.sym;if(isBoxed(sym))return boxOf(fn,sym);let place=fn.places.get(sym);if(place?.kind==="local")return get2(fn,place.local);throw new Error(`no place for captured variable ${sym.name} in ${fn.info.name}`)}),{typeId:typeId2,size}=closureType(lo,slots),object=newLocal(fn,"ref");return emit(fn,{op:"set",local:object,value:alloc(size,header(KIND.CLOSURE,{typeId:typeId2}))}),emit(fn,{op:"store",code:"i32.store",addr:get2(fn,object),offset:4,value:{op:"funcIndex",type:"i32",func:needFun(lo,info)}}),slots.forEach((s,i)=>{emit(fn,store(s.repr,get2(fn,object),s.offset,values2[i]))}),get2(fn,object)})}function declareNested(fn,info){if(!hasEnv(info))return;let closure=makeClosure(fn,info),local=fn.closures.get(info)??newLocal(fn,"ref",info.display);emit(fn,{op:"set",local,value:closure});let earlier=[...fn.closures.keys()];fn.closures.set(info,local);for(let other of earlier){if(other===info||other.parent!==info.parent)continue;let slot=envSlots(other).find(s=>s.fun===info);slot&&emit(fn,store("ref",get2(fn,fn.closures.get(other)),slot.offset,get2(fn,local)))}}function staticClosure(lo,info){let name=hasEnv(info)?needFun(lo,info):valueWrapper(lo,info),key=`closure:${name}`;if(!lo.module.data.has(key)){let{typeId:typeId2}=closureType(lo,[]),bytes=new Uint8Array(8);new DataView(bytes.buffer).setUint32(0,header(KIND.CLOSURE,{typeId:typeId2})>>>0,!0),addData(lo,{name:key,align:4,bytes,relocs:[{at:4,func:name}]})}return{op:"data",type:"ref",name:key}}function funValue(fn,info){if(hasEnv(info)){let local=fn.closures.get(info);return local===void 0?makeClosure(fn,info):get2(fn,local)}return staticClosure(fn.lo,info)}function valueWrapper(lo,info){let target=needFun(lo,info),name=`${target}$value`;if(!lo.module.funcs.has(name)){let types=info.params.map(p=>typeOf(reprOf(p.node))),args2=types.map((type,i)=>({op:"get",type,local:i+1}));addWrapper(lo,name,["ref",...types],resultType(info.result),[],{op:"call",type:resultType(info.result),func:target,args:args2})}return name}function addWrapper(lo,name,params,result,more,value2){let body=result?[{op:"return",value:value2}]:[{op:"do",value:value2}],func={name,params,result,locals:[...params,...more],body};lo.module.funcs.set(name,func)}function partial(fn,closure,args2,params,result){let{lo}=fn,given=params.slice(0,args2.length).map(n=>reprOf(n)),rest=params.slice(args2.length).map(n=>typeOf(reprOf(n))),resultOf=resultType(result),fields=[{repr:"ref",slot:0}];given.forEach((repr,i)=>{fields.push({repr,slot:i+1})});let placed=placeFields(fields).placed.map(s=>({...s,offset:s.offset+4})),name=`partial$${given.join("_")}$${rest.join("_")}$${resultOf??"unit"}`;if(!lo.module.funcs.has(name)){let env={op:"get",type:"ref",local:0},inner=load("ref",env,placed[0].offset),callArgs=[inner,...placed.slice(1).map(s=>load(s.repr,env,s.offset)),...rest.map((type,i)=>({op:"get",type,local:i+1}))];addWrapper(lo,name,["ref",...rest],resultOf,[],{op:"callIndirect",type:resultOf,params:["ref",...given.map(typeOf),...rest],target:{op:"load",type:"i32",code:"i32.load",addr:inner,offset:4},args:callArgs})}return seq(fn,()=>{let held=[closure,...args2].map(value2=>{let local=newLocal(fn,value2.type);return emit(fn,{op:"set",local,value:value2}),get2(fn,local)}),{typeId:typeId2,size}=closureType(lo,placed),object=newLocal(fn,"ref");return emit(fn,{op:"set",local:object,value:alloc(size,header(KIND.CLOSURE,{typeId:typeId2}))}),emit(fn,{op:"store",code:"i32.store",addr:get2(fn,object),offset:4,value:{op:"funcIndex",type:"i32",func:name}}),placed.forEach((s,i)=>{emit(fn,store(s.repr,get2(fn,object),s.offset,held[i]))}),get2(fn,object)})}function callClosure(fn,closure,args2,params,result,span){let type=resultType(result);return seq(fn,()=>{let held=newLocal(fn,"ref");emit(fn,{op:"set",local:held,value:closure});let call={op:"callIndirect",type,params:["ref",...params.map(p=>typeOf(reprOf(p)))],target:{op:"load",type:"i32",code:"i32.load",addr:get2(fn,held),offset:4},args:[get2(fn,held),...args2],span};return type?call:(emit(fn,{op:"do",value:call}),nullCell)})}function objectKind(mask){switch(mask&-2){case 32:return KIND.STRING;case 64:return KIND.LIST;case 128:return KIND.MAP;case 256:return KIND.STRUCT;case 512:return KIND.CLOSURE;default:return 0}}function coerce(fn,value2,from,to,span){let a=reprOf(from),b=reprOf(to);if(a===b)return a==="cell"&&toFloat(from,to)?rt("cell","cell_int_to_float",[value2]):value2;if(b==="cell")return a==="i64"&&toFloat(from,to)?box(num2("f64","f64.convert_i64_s",value2),"f64"):box(value2,a);switch(a){case"i64":if(b==="f64")return num2("f64","f64.convert_i64_s",value2);break;case"cell":return unbox(value2,to,span);default:break}return seq(fn,()=>(fn.out.push({op:"do",value:value2}),zero2(to)))}function toFloat(from,to){return(maskOf(from)&2)!==0&&(maskOf(to)&2)===0&&(maskOf(to)&8)!==0}function box(value2,repr){switch(repr){case"cell":return value2;case"ref":return value2.op==="const"?nullCell:{op:"as",type:"cell",value:num2("i64","i64.extend_i32_u",asI32(value2))};case"bool":return rt("cell","cell_of_bool",[value2]);case"i64":if(value2.op==="const"&&typeof value2.value=="bigint"){let v=value2.value;if(v>=-(1n<<49n)&&v<1n<<49n)return{op:"const",type:"cell",value:BigInt.asIntN(64,0xfffcn<<48n|BigInt.asUintN(50,v))}}return rt("cell","cell_of_i64",[value2]);case"f64":return rt("cell","cell_of_f64",[value2])}}function unbox(value2,to,span){if(value2.op==="const"&&value2.value===0n&&reprOf(to)==="ref")return nullRef;switch(reprOf(to)){case"cell":return value2;case"i64":return rt("i64","cell_int",[value2],span);case"f64":return rt("f64","cell_float",[value2],span);case"bool":return rt("i32","cell_bool",[value2],span);case"ref":return rt("ref","cell_ref",[value2,i322(objectKind(maskOf(to)))],span)}}function toCell(v){return box(v.ir,reprOf(v.node))}function zero2(node){switch(reprOf(node)){case"bool":return i322(0);case"i64":return i642(0n);case"f64":return f64(0);case"ref":return nullRef;case"cell":return nullCell}}function toInt(v,span){switch(reprOf(v.node)){case"i64":return v.ir;case"bool":return num2("i64","i64.extend_i32_u",v.ir);case"f64":return rt("i64","float_to_int",[v.ir],span);case"cell":return rt("i64","cell_int",[v.ir],span);case"ref":return rt("i64","cell_int",[toCell(v)],span)}}function toFloat64(v,span){switch(reprOf(v.node)){case"f64":return v.ir;case"i64":return num2("f64","f64.convert_i64_s",v.ir);case"bool":return num2("f64","f64.convert_i32_s",v.ir);default:return rt("f64","cell_float",[toCell(v)],span)}}function toText(v){let mask=maskOf(v.node);if(mask===32)return v.ir;switch(mask){case 2:return rt("ref","int_str",[v.ir]);case 8:return rt("ref","float_str",[v.ir]);default:return rt("ref","value_str",[toCell(v)])}}function toStr(v,span){return reprOf(v.node)==="ref"&&maskOf(v.node)&32?v.ir:rt("ref","cell_ref",[toCell(v),i322(KIND.STRING)],span)}function truth(v){switch(reprOf(v.node)){case"bool":return v.ir;case"i64":return num2("i32","i64.ne",v.ir,i642(0n));case"f64":return num2("i32","f64.ne",v.ir,f64(0));default:return rt("i32","cell_truthy",[toCell(v)])}}function exactlyTrue(v){if(reprOf(v.node)==="bool")return v.ir;let cell=toCell(v);return num2("i32","i64.eq",{op:"as",type:"i64",value:cell},i642(0x0001000000000001n))}var NUMBER=10;function equal(fn,a,b){let l=maskOf(a.node),r=maskOf(b.node),ra=reprOf(a.node),rb=reprOf(b.node);if(l===1||r===1){let other=l===1?b:a,known=l===1?a:b;return seq(fn,()=>(isPure(known.ir)||fn.out.push({op:"do",value:known.ir}),isNull(fn,other)))}if(l===r)switch(l){case 2:return num2("i32","i64.eq",a.ir,b.ir);case 8:return num2("i32","f64.eq",a.ir,b.ir);case 16:return num2("i32","i32.eq",a.ir,b.ir);default:break}if(l&NUMBER&&r&NUMBER&&!(l&~NUMBER)&&!(r&~NUMBER)&&ra!=="cell"&&rb!=="cell")return num2("i32","f64.eq",toFloat64(a),toFloat64(b));if(ra==="ref"&&rb==="ref"){let kinds=(l|r)&-2;return kinds===32?rt("i32","str_eq",[a.ir,b.ir]):kinds===512?num2("i32","i32.eq",asI32(a.ir),asI32(b.ir)):rt("i32","ref_eq",[a.ir,b.ir])}return rt("i32","cell_eq",[toCell(a),toCell(b)])}function isNull(fn,v){switch(reprOf(v.node)){case"ref":return num2("i32","i32.eqz",asI32(v.ir));case"cell":return num2("i32","i64.eqz",{op:"as",type:"i64",value:v.ir});default:return seq(fn,()=>(v.ir.op!=="get"&&!isPure(v.ir)&&fn.out.push({op:"do",value:v.ir}),i322(0)))}}function compare(op,a,b){let l=maskOf(a.node),r=maskOf(b.node),name={"<":"lt","<=":"le",">":"gt",">=":"ge"}[op];if(l===2&&r===2)return num2("i32",`i64.${name}_s`,a.ir,b.ir);let scalar2=m=>m===2||m===8;return scalar2(l)&&scalar2(r)?num2("i32",`f64.${name}`,toFloat64(a),toFloat64(b)):l===32&&r===32?num2("i32",`i32.${name}_s`,rt("i32","str_compare",[a.ir,b.ir]),i322(0)):rt("i32",`cell_${name}`,[toCell(a),toCell(b)])}function notNull(fn,ref,message,span){return seq(fn,()=>{let held=hold(fn,ref);return fn.out.push({op:"if",cond:num2("i32","i32.eqz",asI32(held)),then:[{op:"do",value:rt(void 0,"fail",[stringData(fn.lo,message)],span)}],else:[]}),held})}function splitAnd(e){return e.kind==="binary"&&e.op==="&&"?[...splitAnd(e.left),...splitAnd(e.right)]:[e]}function mentions(e,name){let found=!1,visit=x=>{if(found||typeof x!="object"||x===null)return;if(Array.isArray(x)){for(let item of x)visit(item);return}let node=x;if(node.kind==="name"&&node.name===name){found=!0;return}for(let value2 of Object.values(x))visit(value2)};return visit(e),found}var SHAPE={any:0,int:1,float:2,bool:3,string:4,bigint:5,bigrat:6,list:7,map:8,struct:9};function table2(lo,name,words){let bytes=new Uint8Array(words.length*4),view=new DataView(bytes.buffer),relocs=[];return words.forEach((word2,i)=>{typeof word2=="number"?view.setUint32(i*4,word2>>>0,!0):relocs.push({at:i*4,data:word2})}),addData(lo,{name,align:4,bytes,relocs}),name}function textName(lo,text){return stringData(lo,text),stringDatumName(text)}function shapeOf(fn,type,node,nullable=!1){let{lo}=fn,{types}=lo.program,t=type&&resolveType(types,type),opt=nullable?1:0;if(!t||!isTyped(types,t))return scalar(lo,"any",1);switch(t.kind){case"option":return shapeOf(fn,t.inner,node,!0);case"record":return structShape(fn,types.records.get(typeText(t)),opt);case"generic":return t.name==="list"?listShape(fn,elemNode(lo.solver,node),t.args[0],opt):mapShape(fn,node,t.args[1],opt);case"name":{let struct=plainStruct(types,t.name);if(struct)return structShape(fn,struct,opt);switch(t.name){case"list":return listShape(fn,elemNode(lo.solver,node),void 0,opt);case"map":return mapShape(fn,node,void 0,opt);case"int64":return scalar(lo,"int",opt);default:return scalar(lo,t.name,opt)}}case"fun":return scalar(lo,"any",1)}}function scalar(lo,kind,opt){return table2(lo,`shape:${kind}${opt?"?":""}`,[SHAPE[kind],opt])}function listShape(fn,elem,type,opt){let item=shapeOf(fn,type,elem),{kind}=ELEMENT[reprOf(elem)];return table2(fn.lo,`shape:list${opt?"?":""}<${item}>${kind}`,[SHAPE.list,opt,kind,item])}function mapShape(fn,node,type,opt){let val=valNode(fn.lo.solver,node),item=shapeOf(fn,type,val),kinds=ELEMENT[reprOf(val)].kind|(intKeyed(node)?256:0);return table2(fn.lo,`shape:map${opt?"?":""}<${item}>${kinds}`,[SHAPE.map,opt,kinds,item])}function structShape(fn,struct,opt){let{lo}=fn,layout=layoutOf(lo,struct),name=`shape:struct${opt?"?":""}${layout.typeId}`;if(lo.module.data.has(name))return name;table2(lo,name,[]);let head=header(KIND.STRUCT,{typeId:layout.typeId}),label=struct.anonymous?"record":struct.name,words=[SHAPE.struct,opt,head,layout.size,textName(lo,label),layout.order.length];for(let slot of layout.order){let shape=shapeOf(fn,struct.byName.get(slot.name).type,slot.node);words.push(textName(lo,slot.name),slot.offset,ELEMENT[slot.repr].kind,shape)}return table2(lo,name,words)}var address=name=>({op:"data",type:"i32",name});function lowerOptions(fn,options,headerDefault){let missing=i322(headerDefault?1:0);if(options&&options.kind!=="map"){let cell=hold(fn,toCell(value(fn,options)));return{format:void 0,formatText:rt("ref","option_text",[cell,stringData(fn.lo,"format")],options.span),header:rt("i32","option_flag",[cell,stringData(fn.lo,"header"),missing],options.span),byte:void 0,delimiterText:rt("ref","option_text",[cell,stringData(fn.lo,"delimiter")],options.span)}}let format="csv",formatText=nullRef,head=missing,byte,delimiterText=nullRef,constant2=!0;for(let{key,value:option}of options?.entries??[])key.kind==="string"&&(key.value==="format"?(format=option.kind==="string"?option.value:void 0,formatText=hold(fn,toStr(value(fn,option),option.span))):key.value==="header"?head=hold(fn,truth(value(fn,option))):key.value==="delimiter"&&(option.kind==="string"?byte=delimiterByte(option.value):constant2=!1,delimiterText=hold(fn,toStr(value(fn,option),option.span))));return constant2&&(byte??=format==="tsv"?9:44),{format,formatText,header:head,byte:constant2?byte:void 0,delimiterText}}function delimiter(o,span){return o.byte===void 0?rt("i32","delimiter_byte",[o.delimiterText],span):i322(o.byte)}function lowerLoad(fn,e){let node=nodeOf(fn,e),type=rowType(fn.lo.program.types,e.type),elem=elemNode(fn.lo.solver,node),item=isTyped(fn.lo.program.types,type)?shapeOf(fn,type,elem):mapShape(fn,elem,void 0,0),{kind}=ELEMENT[reprOf(elem)],shape=address(table2(fn.lo,`shape:list<${item}>${kind}`,[SHAPE.list,0,kind,item])),path=e.path===void 0?nullRef:stringData(fn.lo,e.path);return seq(fn,()=>{let o=lowerOptions(fn,e.with,!0);switch(o.format){case"json":case"jsonl":case"yaml":return rt("ref",`load_${o.format}`,[path,shape],e.span);case"csv":case"tsv":return rt("ref","load_csv",[path,shape,o.header,delimiter(o,e.span)],e.span);case void 0:return rt("ref","load_format",[path,shape,o.formatText,o.header,o.delimiterText],e.span)}})}function lowerSave(fn,e){return seq(fn,()=>{let rows=hold(fn,toCell(value(fn,e.value))),path=e.path===void 0?nullRef:stringData(fn.lo,e.path),o=lowerOptions(fn,e.with,!1);return emit(fn,{op:"do",value:saveCall(rows,path,o,e.span)}),nullCell})}function saveCall(rows,path,o,span){switch(o.format){case"json":case"jsonl":case"yaml":return rt(void 0,`save_${o.format}`,[rows,path],span);case"csv":case"tsv":return rt(void 0,"save_csv",[rows,path,o.header,delimiter(o,span)],span);case void 0:return rt(void 0,"save_format",[rows,path,o.formatText,o.header,o.delimiterText],span)}}function lowerFetch(fn,e){return fetchValue(fn,e,fn.info.inputs.get(e.id),nodeOf(fn,e))}function fetchValue(fn,e,type,node){let shape=address(shapeOf(fn,type,node)),source=fetchSource(e).url,url=value(fn,source),text=maskOf(url.node)&-2&-33?toStr({ir:toCell(url),node:url.node},source.span):toStr(url,source.span);return unbox(rt("cell","fetch_json",[text,shape],e.span),node,e.span)}function lowerFetchInto(fn,s){let id=intoId(s.into),sym=fn.info.syms.get(id),node=fn.info.nodes.get(id);bindSym(fn,sym,coerce(fn,fetchValue(fn,s,fn.info.inputs.get(id),node),node,sym.node,s.span),void 0)}function assignPath(fn,sym,s){let base={ir:symRead(fn,sym),node:sym.node},last=s.path.length-1;for(let i=0;i<last;i++)base=step(fn,base,s.path[i]);let target=s.path[last],field=recordKey(base,target);field!==void 0?assignField(fn,base,field,s,target.span):target.kind==="index"?assignIndex(fn,base,target.index,s,target.span):assignField(fn,base,target.name.text,s,target.span)}function recordKey(base,a){if(!(a.kind!=="index"||a.index.kind!=="string"))return reprOf(base.node)==="ref"&&(maskOf(base.node)&-2)===256?a.index.value:void 0}function step(fn,base,a){let field=recordKey(base,a);if(field!==void 0){let node2=fn.info.steps.get(a);return{ir:fieldOf(fn,base,field,node2,a.span),node:node2}}if(a.kind==="index"){let index2={ir:lowerExpr(fn,a.index),node:nodeOf(fn,a.index)},node2=fn.info.steps.get(a);return{ir:indexOf(fn,base,index2,node2,a.span),node:node2}}let node=fn.info.steps.get(a);return{ir:fieldOf(fn,base,a.name.text,node,a.span),node}}function growsItself(fn,s){let{value:value2}=s;if(value2.kind!=="call")return;let plan=fn.info.calls.get(value2.id);if(plan?.kind!=="builtin"||plan.name!=="append"&&plan.name!=="push")return;let path=[],e=value2.args[0];for(;e.kind==="index"||e.kind==="field";){if(e.optional)return;path.unshift(e.kind==="index"?{kind:"index",index:e.index,span:e.span}:{kind:"field",name:e.name,span:e.span}),e=e.target}if(!(e.kind!=="name"||e.name!==s.name.text||path.length!==s.path.length)){for(let i=0;i<path.length;i++){let a=path[i],b=s.path[i];if(!(a.kind==="field"&&b.kind==="field"&&a.name.text===b.name.text)&&!(a.kind==="index"&&b.kind==="index"&&sameSimple(a.index,b.index)))return}return mayGrowIn(fn,value2.args[0],[value2.args[1]])?void 0:value2.args[1]}}function sameSimple(a,b){switch(a.kind){case"name":return b.kind==="name"&&a.name===b.name;case"int":return b.kind==="int"&&a.value===b.value;case"string":return b.kind==="string"&&a.value===b.value;case"binary":return b.kind==="binary"&&a.op===b.op&&sameSimple(a.left,b.left)&&sameSimple(a.right,b.right);case"index":return b.kind==="index"&&sameSimple(a.target,b.target)&&sameSimple(a.index,b.index);case"field":return b.kind==="field"&&a.name.text===b.name.text&&sameSimple(a.target,b.target);default:return!1}}function targetMayGrow(fn,s){let sym=fn.info.syms.get(s.id);return[s.value,...s.path.flatMap(a=>a.kind==="index"?[a.index]:[])].some(e=>{let growth=growthDuring(fn.info,e,fn.lo.growth);return s.path.length>1?growth.places||growth.unknown:growth.vars.has(sym)||growth.unknown&&(sym.captured||sym.global)})}function assignIndex(fn,base,index2,s,span){let kinds=maskOf(base.node)&-2,item=growsItself(fn,s);if(reprOf(base.node)==="ref"&&kinds===64){let list=hold(fn,targetMayGrow(fn,s)?shareValue(base.ir):base.ir),at3=hold(fn,toInt({ir:lowerExpr(fn,index2),node:nodeOf(fn,index2)},index2.span)),elem=elementNode(fn,base.node),repr=reprOf(elem),{suffix}=ELEMENT[repr],value3=item&&repr==="ref"&&(maskOf(elem)&-2)===64?grown(fn,rt("ref","list_get$ref",[list,at3],span),elem,item,s):coerce(fn,lowerPlaced(fn,s.value),nodeOf(fn,s.value),elem,s.value.span);emit(fn,{op:"do",value:rt(void 0,`list_set$${suffix}`,[list,at3,value3],span)});return}if(reprOf(base.node)==="ref"&&kinds===128){let map=hold(fn,base.ir),key=hold(fn,mapKey(base.node,{ir:lowerExpr(fn,index2),node:nodeOf(fn,index2)},index2.span));storeEntry(fn,base.node,map,key,s,item,span);return}let held=hold(fn,toCell(base)),at2=hold(fn,toCell({ir:lowerExpr(fn,index2),node:nodeOf(fn,index2)})),value2=toCell({ir:lowerPlaced(fn,s.value),node:nodeOf(fn,s.value)});emit(fn,{op:"do",value:rt(void 0,"cell_index_set",[held,at2,value2],span)})}function grown(fn,list,node,item,s){let elem=elementNode(fn,node),value2=coerce(fn,lowerPlaced(fn,item),nodeOf(fn,item),elem,item.span);return rt("ref",`list_append_owned$${ELEMENT[reprOf(elem)].suffix}`,[list,value2],s.value.span)}function mapKey(map,key,span){return intKeyed(map)?toInt(key,span):toText(key)}function storeEntry(fn,mapNode,map,key,s,item,span){let val=mapValueNode(fn,mapNode),repr=reprOf(val),suffix=intKeyed(mapNode)?"i64":"str",value2;if(item&&repr==="ref"&&(maskOf(val)&-2)===64){let found=newLocal(fn,"i32");emit(fn,{op:"set",local:found,value:rt("i32",`map_find_${suffix}`,[map,key])});let current={op:"if",type:"ref",cond:get2(fn,found),then:{op:"load",type:"ref",code:"i32.load",addr:get2(fn,found),offset:0},else:{op:"const",type:"ref",value:0}};value2=grown(fn,current,val,item,s)}else value2=coerce(fn,lowerPlaced(fn,s.value),nodeOf(fn,s.value),val,s.value.span);let held=hold(fn,value2),entry2=newLocal(fn,"i32");emit(fn,{op:"set",local:entry2,value:rt("i32",`map_put_${suffix}`,[map,key],span)}),emit(fn,store(repr,get2(fn,entry2),0,held)),emit(fn,{op:"keep",value:map})}function assignField(fn,base,name,s,span){let mask=maskOf(base.node),kinds=mask&-2;if(reprOf(base.node)==="ref"&&kinds===256){let slots=structsOf(base.node).map(x=>layoutOf(fn.lo,x).slots.get(name)),first2=slots[0];if(first2&&slots.every(x=>x&&x.offset===first2.offset&&x.repr===first2.repr&&sameNode(x.node,first2.node))){let object=hold(fn,mask&1?notNull(fn,base.ir,`nil has no field \`${name}\``,span):base.ir),item=growsItself(fn,s),value3=item&&first2.repr==="ref"&&(maskOf(first2.node)&-2)===64?grown(fn,{op:"load",type:"ref",code:"i32.load",addr:object,offset:first2.offset},first2.node,item,s):coerce(fn,lowerPlaced(fn,s.value),nodeOf(fn,s.value),first2.node,s.value.span),held2=newLocal(fn,typeOf(first2.repr));emit(fn,{op:"set",local:held2,value:value3}),emit(fn,store(first2.repr,object,first2.offset,get2(fn,held2)));return}}if(reprOf(base.node)==="ref"&&kinds===128&&!intKeyed(base.node)){keyNode(fn.lo.solver,base.node);let map=hold(fn,base.ir);storeEntry(fn,base.node,map,stringData(fn.lo,name),s,growsItself(fn,s),span);return}let held=hold(fn,toCell(base)),value2=toCell({ir:lowerPlaced(fn,s.value),node:nodeOf(fn,s.value)});emit(fn,{op:"do",value:rt(void 0,"cell_field_set",[held,stringData(fn.lo,name),value2],span)})}function writeFieldOf(fn,base,name,v,span){let kinds=maskOf(base.node)&-2,structs2=structsOf(base.node),slot=structs2.length===1?layoutOf(fn.lo,structs2[0]).slots.get(name):void 0;if(reprOf(base.node)==="ref"&&kinds===256&&slot){let object=hold(fn,maskOf(base.node)&1?notNull(fn,base.ir,`nil has no field \`${name}\``,span):base.ir);emit(fn,store(slot.repr,object,slot.offset,coerce(fn,v.ir,v.node,slot.node,span)));return}let held=hold(fn,toCell(base));emit(fn,{op:"do",value:rt(void 0,"cell_field_set",[held,stringData(fn.lo,name),toCell(v)],span)})}function sameNode(a,b){return find(a)===find(b)||reprOf(a)===reprOf(b)}function lowerBlock(fn,block2){lowerStmts(fn,block2.body)}function lowerStmts(fn,body){for(let s of body)lowerStmt(fn,s)}function lowerStmt(fn,s){switch(s.kind){case"let":{let sym=fn.info.syms.get(s.id),value2=s.value?coerce(fn,lowerPlaced(fn,s.value),nodeOf(fn,s.value),sym.node,s.value.span):zeroOf(fn,s.type,sym.node);bindSym(fn,sym,value2,void 0);return}case"assign":lowerAssign(fn,s);return;case"fun":{let info=fn.info.funs.get(s.id);info&&hasEnv(info)&&declareNested(fn,info);return}case"return":lowerReturn(fn,s);return;case"if":lowerIf(fn,s);return;case"while":lowerWhile(fn,s.cond,s.body);return;case"for":lowerFor(fn,s);return;case"break":case"continue":{let loop2=fn.loops.at(-1);emit(fn,{op:"br",label:s.kind==="break"?loop2.breakLabel:loop2.continueLabel});return}case"expr":emitDo(fn,lowerExpr(fn,s.expr));return;case"expect":lowerExpect(fn,s);return;case"test":lowerBlock(fn,s.body);return;case"bench":lowerBench(fn,s);return;case"update":lowerUpdate(fn,s);return;case"fetch":lowerFetchInto(fn,s);return;default:return}}function zeroOf(fn,type,node){switch(baseName(fn,type)){case"int":case"int64":case"bigint":case"bigrat":return coerceScalar(reprOf(node),i642(0n));case"float":return reprOf(node)==="cell"?box(f64(0),"f64"):zero2(node);case"bool":return reprOf(node)==="cell"?box(i322(0),"bool"):zero2(node);case"string":return reprOf(node)==="cell"?box(stringData(fn.lo,""),"ref"):stringData(fn.lo,"");case"list":{let list=rt("ref","list_new",[i322(ELEMENT[elemRepr(fn.lo,node)].kind),i322(0)]);return reprOf(node)==="cell"?box(list,"ref"):list}case"map":{let map=newMap(fn,node);return reprOf(node)==="cell"?box(map,"ref"):map}default:return reprOf(node)==="ref"?nullRef:reprOf(node)==="cell"?nullCell:zero2(node)}}function coerceScalar(repr,value2){return repr==="cell"?box(value2,"i64"):repr==="f64"?f64(0):value2}function baseName(fn,type,depth=0){if(type.kind==="generic")return type.name;if(type.kind==="record")return"map";if(type.kind==="name"){let alias=fn.lo.program.types.aliases.get(type.name);return alias&&depth<30?baseName(fn,alias,depth+1):type.name}return""}function newMap(fn,node){return rt("ref","map_new",[i322(intKeyed(node)?1:0),i322(ELEMENT[reprOf(mapValueNode(fn,node))].kind)])}function lowerAssign(fn,s){let sym=fn.info.syms.get(s.id);if(s.path.length>0){assignPath(fn,sym,s);return}let grown2=appendInPlace(fn,sym,s.value);symWrite(fn,sym,grown2??coerce(fn,lowerPlaced(fn,s.value),nodeOf(fn,s.value),sym.node,s.value.span))}function appendInPlace(fn,sym,value2){if(value2.kind!=="call"||maskOf(sym.node)&-66||reprOf(sym.node)!=="ref")return;let plan=fn.info.calls.get(value2.id);if(plan?.kind!=="builtin"||plan.name!=="append"&&plan.name!=="push")return;let[target,item]=value2.args;if(target.kind!=="name")return;let ref=fn.info.refs.get(target.id);if(ref?.kind!=="var"||ref.sym!==sym||mayGrowIn(fn,target,[item]))return;let elem=elemRepr(fn.lo,sym.node),itemValue2=coerceToElem(fn,item,sym.node);return rt("ref",`list_append_owned$${ELEMENT[elem].suffix}`,[symRead(fn,sym),itemValue2],value2.span)}function coerceToElem(fn,item,list){return coerce(fn,lowerPlaced(fn,item),nodeOf(fn,item),elementNode(fn,list),item.span)}function lowerReturn(fn,s){let{result}=fn.info;if(!s.value){isUnit(result)?emit(fn,{op:"return"}):emit(fn,{op:"return",value:reprOf(result)==="ref"?nullRef:nullCell});return}if(jumpToSelf(fn,s.value))return;if(isUnit(result)){emitDo(fn,lowerExpr(fn,s.value)),emit(fn,{op:"return"});return}let value2=s.value.kind==="name"&&movesOut(fn,s.value)?lowerExpr(fn,s.value):lowerPlaced(fn,s.value);emit(fn,{op:"return",value:coerce(fn,value2,nodeOf(fn,s.value),result,s.value.span)})}function jumpToSelf(fn,e){let{tail,info}=fn;if(!tail||e.kind!=="call")return!1;let plan=info.calls.get(e.id);return plan?.kind!=="direct"||plan.fun!==info||e.args.length!==info.params.length?!1:(e.args.map((a,i)=>{let{node}=info.params[i],local=newLocal(fn,typeOf(reprOf(node)));return emit(fn,{op:"set",local,value:coerce(fn,lowerPlaced(fn,a),nodeOf(fn,a),node,a.span)}),get2(fn,local)}).forEach((value2,i)=>{emit(fn,{op:"set",local:tail.params[i],value:value2})}),emit(fn,{op:"br",label:tail.label}),!0)}function movesOut(fn,e){let ref=fn.info.refs.get(e.id);return ref?.kind==="var"&&ref.sym.owner===fn.info&&!ref.sym.captured&&!ref.sym.topLevel}function condition(fn,e){return truth({ir:lowerExpr(fn,e),node:nodeOf(fn,e)})}function lowerIf(fn,s){let cond=condition(fn,s.cond),then=collect2(fn,()=>lowerBlock(fn,s.then)),otherwise=s.else,els=otherwise?collect2(fn,()=>"kind"in otherwise?lowerIf(fn,otherwise):lowerBlock(fn,otherwise)):[];emit(fn,{op:"if",cond,then,else:els})}function lowerWhile(fn,cond,body){loop(fn,breakLabel=>{if(cond.kind==="bool"&&cond.value)return()=>lowerBlock(fn,body);let c=condition(fn,cond);return emit(fn,{op:"brIf",label:breakLabel,cond:num2("i32","i32.eqz",c)}),()=>lowerBlock(fn,body)})}function loop(fn,head,step2){let breakLabel=newLabel(fn),loopLabel=newLabel(fn),continueLabel=newLabel(fn),inner=collect2(fn,()=>{let body=head(breakLabel);fn.loops.push({breakLabel,continueLabel:step2?continueLabel:loopLabel});let statements=collect2(fn,body);fn.loops.pop(),step2?(emit(fn,{op:"block",label:continueLabel,body:statements}),step2()):fn.out.push(...statements),emit(fn,{op:"br",label:loopLabel})});emit(fn,{op:"block",label:breakLabel,body:[{op:"loop",label:loopLabel,body:inner}]})}function lowerFor(fn,s){let sym=fn.info.syms.get(s.id);if(s.end){lowerRange(fn,sym,s.iter,s.end,s.body);return}let source={ir:lowerExpr(fn,s.iter),node:nodeOf(fn,s.iter)},kinds=maskOf(source.node)&-2,group=groupOf(source.node);if(group){let items=layoutOf(fn.lo,group).slots.get("items");iterate(fn,sym,load("ref",source.ir,items.offset),elementNode(fn,items.node),s.body,!0)}else if(reprOf(source.node)==="ref"&&kinds===64)iterate(fn,sym,source.ir,elementNode(fn,source.node),s.body,!0);else if(reprOf(source.node)==="ref"&&kinds===128){let repr=intKeyed(source.node)?2:32;iterate(fn,sym,rt("ref","map_keys",[source.ir]),fn.lo.solver.node(repr),s.body,!1)}else reprOf(source.node)==="ref"&&kinds===32?iterate(fn,sym,rt("ref","str_chars",[source.ir]),fn.lo.solver.node(32),s.body,!1):iterateCell(fn,sym,rt("ref","cell_keys",[toCell(source)],s.iter.span),s.body)}function lowerRange(fn,sym,from,to,body){let start2=toInt({ir:lowerExpr(fn,from),node:nodeOf(fn,from)},from.span),direct=reprOf(sym.node)==="i64"&&!isBoxed(sym)&&!fn.lo.globals.has(sym),counter=newLocal(fn,"i64",direct?sym.name:void 0);emit(fn,{op:"set",local:counter,value:start2});let readEnd=()=>toInt({ir:lowerExpr(fn,to),node:nodeOf(fn,to)},to.span),end,again=!1;if(to.kind==="int")end=readEnd();else if(to.kind==="name"&&isAssigned(fn,to))again=!0,end=i642(0n);else{let local=newLocal(fn,"i64");emit(fn,{op:"set",local,value:readEnd()}),end=get2(fn,local)}direct&&fn.places.set(sym,{kind:"local",local:counter,repr:"i64"}),loop(fn,breakLabel=>(emit(fn,{op:"brIf",label:breakLabel,cond:num2("i32","i64.ge_s",get2(fn,counter),again?readEnd():end)}),()=>{direct||bindSym(fn,sym,coerce(fn,get2(fn,counter),intNode(fn),sym.node),void 0),lowerBlock(fn,body)}),()=>{!direct&&sym.assignments>0&&emit(fn,{op:"set",local:counter,value:toInt({ir:symRead(fn,sym),node:sym.node})}),emit(fn,{op:"set",local:counter,value:num2("i64","i64.add",get2(fn,counter),i642(1n))})})}function intNode(fn){return fn.lo.solver.node(2)}function isAssigned(fn,e){let ref=fn.info.refs.get(e.id);return ref?.kind==="var"&&ref.sym.assignments>0}function iterate(fn,sym,list,elem,body,share){walkList(fn,sym,list,elem,()=>lowerBlock(fn,body),share)}function walkList(fn,sym,list,elem,body,share){let repr=reprOf(elem),{size}=ELEMENT[repr],held=newLocal(fn,"ref");emit(fn,{op:"set",local:held,value:list});let length2=newLocal(fn,"i32");emit(fn,{op:"set",local:length2,value:{op:"load",type:"i32",code:"i32.load",addr:get2(fn,held),offset:4}});let index2=newLocal(fn,"i32");emit(fn,{op:"set",local:index2,value:i322(0)}),loop(fn,breakLabel=>(emit(fn,{op:"brIf",label:breakLabel,cond:num2("i32","i32.ge_u",get2(fn,index2),get2(fn,length2))}),()=>{let buffer=asI32(load("ref",get2(fn,held),12)),scaled=size===1?get2(fn,index2):num2("i32","i32.shl",get2(fn,index2),i322(Math.log2(size))),at2=num2("i32","i32.add",buffer,scaled),value2=load(repr,at2,8),shared=share&&maskOf(elem)&64?shareValue(value2):value2;bindSym(fn,sym,coerce(fn,shared,elem,sym.node),void 0),body()}),()=>{emit(fn,{op:"set",local:index2,value:num2("i32","i32.add",get2(fn,index2),i322(1))})}),emit(fn,{op:"keep",value:get2(fn,held)})}function lowerUpdate(fn,s){let plan=fn.info.updates.get(s),{list,row}=plan;if(s.set.kind!=="map")return;let{entries}=s.set,apply=()=>{let values2=entries.map(({value:value2})=>{let node=nodeOf(fn,value2),local=newLocal(fn,typeOf(reprOf(node)));return emit(fn,{op:"set",local,value:lowerPlaced(fn,value2)}),{ir:get2(fn,local),node,span:value2.span}});entries.forEach(({key},i)=>{key.kind==="string"&&writeFieldOf(fn,{ir:symRead(fn,row),node:row.node},key.value,values2[i],key.span)})},body=()=>{if(!s.where){apply();return}let then=collect2(fn,apply);emit(fn,{op:"if",cond:condition(fn,s.where),then,else:[]})},elem=elementNode(fn,list.node);reprOf(list.node)==="ref"&&(maskOf(list.node)&-2)===64?walkList(fn,row,symRead(fn,list),elem,body,!0):walkCells(fn,row,rt("ref","cell_keys",[toCell({ir:symRead(fn,list),node:list.node})],s.span),body)}function shareValue(value2){return value2.type==="cell"?rt("cell","share_cell",[value2]):rt("ref","share",[value2])}function iterateCell(fn,sym,list,body){walkCells(fn,sym,list,()=>lowerBlock(fn,body))}function walkCells(fn,sym,list,body){let held=newLocal(fn,"ref");emit(fn,{op:"set",local:held,value:list});let length2=newLocal(fn,"i64");emit(fn,{op:"set",local:length2,value:rt("i64","list_len",[get2(fn,held)])});let index2=newLocal(fn,"i64");emit(fn,{op:"set",local:index2,value:i642(0n)});let cellNode=fn.lo.solver.node(2047);loop(fn,breakLabel=>(emit(fn,{op:"brIf",label:breakLabel,cond:num2("i32","i64.ge_s",get2(fn,index2),get2(fn,length2))}),()=>{let value2=rt("cell","share_cell",[rt("cell","list_get_cell",[get2(fn,held),get2(fn,index2)])]);bindSym(fn,sym,coerce(fn,value2,cellNode,sym.node),void 0),body()}),()=>{emit(fn,{op:"set",local:index2,value:num2("i64","i64.add",get2(fn,index2),i642(1n))})})}var COMPARISONS=new Set(["==","!=","<","<=",">",">="]);function lowerExpect(fn,s){let{expr:expr2}=s,source=fn.lo.text(expr2.span).replace(/\s+/g," ");if(expr2.kind==="binary"&&COMPARISONS.has(expr2.op)){let left=holdValue(fn,expr2.left),right=holdValue(fn,expr2.right),op=expr2.op,same2=op==="=="||op==="!="?equal(fn,left,right):compare(op,left,right),passed2=op==="!="?num2("i32","i32.eqz",same2):same2;emit(fn,{op:"if",cond:num2("i32","i32.eqz",passed2),then:[{op:"do",value:rt(void 0,"fail_expect",[stringData(fn.lo,source),toCell(left),toCell(right)],s.span)}],else:[]});return}let passed=exactlyTrue({ir:lowerExpr(fn,expr2),node:nodeOf(fn,expr2)});emit(fn,{op:"if",cond:num2("i32","i32.eqz",passed),then:[{op:"do",value:rt(void 0,"fail",[stringData(fn.lo,`expect failed: ${source}`)],s.span)}],else:[]})}function holdValue(fn,e){let value2=lowerExpr(fn,e),node=nodeOf(fn,e);if(value2.op==="const"||value2.op==="data")return{ir:value2,node};let local=newLocal(fn,typeOf(reprOf(node)));return emit(fn,{op:"set",local,value:value2}),{ir:get2(fn,local),node}}function lowerBench(fn,s){let start2=newLocal(fn,"i64");emit(fn,{op:"set",local:start2,value:rt("i64","clock",[])}),lowerBlock(fn,s.body),emit(fn,{op:"do",value:rt(void 0,"bench_report",[stringData(fn.lo,s.name),get2(fn,start2)])})}var END2=0x7fffffffffffffffn;function lowerQuery(fn,q){let plan=fn.info.queries.get(q.id),node=nodeOf(fn,q),resultList=plan.aggregateList??node,elem=elemNode(fn.lo.solver,resultList);return seq(fn,()=>{let results=listLocal(fn,elem),keyNode2=q.sort?nodeOf(fn,q.sort):void 0,keys2=keyNode2?listLocal(fn,keyNode2):void 0,select=plan.aggregate?q.select.args[0]:q.select,emitRow=()=>{q.sort&&keys2!==void 0&&keyNode2&&push(fn,keys2,keyNode2,lowerPlaced(fn,q.sort)),push(fn,results,elem,coerce(fn,lowerPlaced(fn,select),nodeOf(fn,select),elem,select.span))},filtered=then=>()=>{if(!q.where){then();return}let body=collect2(fn,then);emit(fn,{op:"if",cond:condition(fn,q.where),then:body,else:[]})};q.group?grouped(fn,q,plan,filtered,emitRow):joined(fn,q,plan,filtered(emitRow));let list=get2(fn,results);return keys2!==void 0&&(list=rt("ref","list_sort_by",[list,get2(fn,keys2)],q.span)),q.distinct&&(list=rt("ref","list_distinct",[list],q.span)),q.skip&&(list=rt("ref","list_slice",[list,toInt(value(fn,q.skip),q.skip.span),i642(END2)],q.span)),q.take&&(list=rt("ref","list_slice",[list,i642(0n),toInt(value(fn,q.take),q.take.span)],q.span)),plan.aggregate?aggregateOf2(plan.aggregate,{ir:list,node:resultList},node,q.span):list})}function isPlainQuery(fn,e){return e.kind!=="query"||e.group||e.sort||e.skip||e.take||e.distinct?!1:fn.info.queries.get(e.id).aggregate===void 0}function forEachRow(fn,q,body){let plan=fn.info.queries.get(q.id);joined(fn,q,plan,()=>{let row=()=>body({ir:lowerPlaced(fn,q.select),node:nodeOf(fn,q.select)});if(!q.where){row();return}let then=collect2(fn,row);emit(fn,{op:"if",cond:condition(fn,q.where),then,else:[]})})}function listLocal(fn,elem){let local=newLocal(fn,"ref");return emit(fn,{op:"set",local,value:rt("ref","list_new",[i322(ELEMENT[reprOf(elem)].kind),i322(0)])}),local}function push(fn,list,elem,v){emit(fn,{op:"do",value:rt(void 0,`list_push$${ELEMENT[reprOf(elem)].suffix}`,[get2(fn,list),v])})}function rowsOf(fn,source){let v=value(fn,source),kinds=maskOf(v.node)&-2,list=newLocal(fn,"ref"),set2=ir=>emit(fn,{op:"set",local:list,value:ir});if(reprOf(v.node)==="ref"){if(kinds===64)return set2(v.ir),{list,elem:elemNode(fn.lo.solver,v.node)};let group=groupOf(v.node);if(group){let slot=layoutOf(fn.lo,group).slots.get("items");return set2(load("ref",v.ir,slot.offset)),{list,elem:elemNode(fn.lo.solver,slot.node)}}if(kinds===128){set2(rt("ref","map_keys",[v.ir]));let key=find(v.node).key;return{list,elem:fn.lo.solver.node(key&&maskOf(key)===2?2:32)}}if(kinds===32)return set2(rt("ref","str_chars",[v.ir])),{list,elem:fn.lo.solver.node(32)}}return set2(rt("ref","list_convert",[rt("ref","cell_keys",[toCell(v)],source.span),i322(ELEMENT.cell.kind)])),{list,elem:fn.lo.solver.node(2047)}}function groupOf(node){if((maskOf(node)&-2)!==256)return;let structs2=[...find(node).structs??[]];return structs2.length===1&&structs2[0].isGroup?structs2[0]:void 0}function hoistable(source,names){return isSimple(source)&&!names.some(n=>mentions(source,n))}function isSimple(e){switch(e.kind){case"name":case"int":case"string":return!0;case"field":return isSimple(e.target);default:return!1}}function countLoop(fn,to,body){let index2=newLocal(fn,"i32");emit(fn,{op:"set",local:index2,value:i322(0)});let out=newLabel(fn),again=newLabel(fn),next=newLabel(fn),inner=collect2(fn,()=>{emit(fn,{op:"brIf",label:out,cond:num2("i32","i32.ge_s",get2(fn,index2),to)});let code=collect2(fn,()=>body(get2(fn,index2),next,out));emit(fn,{op:"block",label:next,body:code}),emit(fn,{op:"set",local:index2,value:num2("i32","i32.add",get2(fn,index2),i322(1))}),emit(fn,{op:"br",label:again})});emit(fn,{op:"block",label:out,body:[{op:"loop",label:again,body:inner}]})}function length(fn,rows){return{op:"load",type:"i32",code:"i32.load",addr:get2(fn,rows.list),offset:4}}function rowAt(fn,rows,index2){let repr=reprOf(rows.elem),{size}=ELEMENT[repr],buffer=asI32(load("ref",get2(fn,rows.list),12)),scaled=size===1?index2:num2("i32","i32.shl",index2,i322(Math.log2(size))),read=load(repr,num2("i32","i32.add",buffer,scaled),8);return maskOf(rows.elem)&64?shareValue(read):read}function bindRow(fn,sym,rows,index2){bindSym(fn,sym,coerce(fn,rowAt(fn,rows,index2),rows.elem,sym.node),void 0)}function bindNil(fn,sym){bindSym(fn,sym,zero2(sym.node),void 0)}function joined(fn,q,plan,body){let single=q.joins.length===1&&q.froms.length===1?q.joins[0]:void 0;if(single&&(single.side==="right"||single.side==="outer")){let left=rowsOf(fn,q.froms[0].source),right=rowsOf(fn,single.source);single.side==="right"?rightJoin(fn,plan,left,right,single,body):outerJoin(fn,plan,left,right,single,body);return}let names=[],hoisted=new Map,tables=new Map;for(let c of[...q.froms,...q.joins])names.length>0&&hoistable(c.source,names)&&hoisted.set(c.source,rowsOf(fn,c.source)),names.push(c.name.text);for(let[i,j]of q.joins.entries()){let rows=hoisted.get(j.source),before=names.slice(0,q.froms.length+i),table3=rows&&hashTable(fn,plan.rows[q.froms.length+i],rows,j,before);table3&&tables.set(j,table3)}let level=depth=>{if(depth<q.froms.length){let from=q.froms[depth],rows2=hoisted.get(from.source)??rowsOf(fn,from.source),count2=hold(fn,length(fn,rows2));countLoop(fn,count2,index2=>{bindRow(fn,plan.rows[depth],rows2,index2),level(depth+1)});return}let join=q.joins[depth-q.froms.length];if(!join){body();return}let sym=plan.rows[depth],rows=hoisted.get(join.source)??rowsOf(fn,join.source),inner=()=>level(depth+1);join.side==="left"||join.side==="outer"?leftJoin(fn,sym,rows,join,tables.get(join),inner):innerJoin(fn,sym,rows,join,tables.get(join),inner)};level(0)}function innerJoin(fn,sym,rows,join,table3,body){if(table3){probe(fn,table3,index2=>{bindRow(fn,sym,rows,index2),whenAll(fn,table3.rest,body)});return}let count2=hold(fn,length(fn,rows));countLoop(fn,count2,index2=>{bindRow(fn,sym,rows,index2),whenAll(fn,[join.on],body)})}function whenAll(fn,conditions,body){let[first2,...rest]=conditions;if(!first2){body();return}let then=collect2(fn,()=>whenAll(fn,rest,body));emit(fn,{op:"if",cond:condition(fn,first2),then,else:[]})}function leftJoin(fn,sym,rows,join,table3,body){let matched=newLocal(fn,"i32");emit(fn,{op:"set",local:matched,value:i322(0)});let guarded=(index2,last,rest,next,out)=>{let real=collect2(fn,()=>{bindRow(fn,sym,rows,index2);for(let c of rest)emit(fn,{op:"brIf",label:next,cond:num2("i32","i32.eqz",condition(fn,c))});emit(fn,{op:"set",local:matched,value:i322(1)})}),missing=collect2(fn,()=>{emit(fn,{op:"brIf",label:out,cond:get2(fn,matched)}),bindNil(fn,sym)});emit(fn,{op:"if",cond:last,then:missing,else:real}),body()};if(table3){let index2=newLocal(fn,"i32"),out=newLabel(fn),again=newLabel(fn),next=newLabel(fn);emit(fn,{op:"set",local:index2,value:firstMatch(fn,table3)});let inner=collect2(fn,()=>{let code=collect2(fn,()=>guarded(get2(fn,index2),num2("i32","i32.lt_s",get2(fn,index2),i322(0)),table3.rest,next,out));emit(fn,{op:"block",label:next,body:code}),emit(fn,{op:"brIf",label:out,cond:num2("i32","i32.lt_s",get2(fn,index2),i322(0))}),emit(fn,{op:"set",local:index2,value:nextMatch(fn,table3,get2(fn,index2))}),emit(fn,{op:"br",label:again})});emit(fn,{op:"block",label:out,body:[{op:"loop",label:again,body:inner}]});return}let count2=hold(fn,length(fn,rows));countLoop(fn,num2("i32","i32.add",count2,i322(1)),(index2,next,out)=>{guarded(index2,num2("i32","i32.eq",index2,count2),[join.on],next,out)})}function rightJoin(fn,plan,left,right,join,body){let[l,r]=plan.rows,rightCount=hold(fn,length(fn,right)),leftCount=hold(fn,length(fn,left));countLoop(fn,rightCount,i=>{bindRow(fn,r,right,i);let matched=newLocal(fn,"i32");emit(fn,{op:"set",local:matched,value:i322(0)}),countLoop(fn,num2("i32","i32.add",leftCount,i322(1)),(j,next,out)=>{let missing=collect2(fn,()=>{emit(fn,{op:"brIf",label:out,cond:get2(fn,matched)}),bindNil(fn,l)}),real=collect2(fn,()=>{bindRow(fn,l,left,j),emit(fn,{op:"brIf",label:next,cond:num2("i32","i32.eqz",condition(fn,join.on))}),emit(fn,{op:"set",local:matched,value:i322(1)})});emit(fn,{op:"if",cond:num2("i32","i32.eq",j,leftCount),then:missing,else:real}),body()})})}function outerJoin(fn,plan,left,right,join,body){let[l,r]=plan.rows,rightCount=hold(fn,length(fn,right)),leftCount=hold(fn,length(fn,left)),seen=newLocal(fn,"ref");emit(fn,{op:"set",local:seen,value:rt("ref","list_new",[i322(ELEMENT.bool.kind),i322(0)])}),countLoop(fn,rightCount,()=>{emit(fn,{op:"do",value:rt(void 0,"list_push$bool",[get2(fn,seen),i322(0)])})});let seenAt=index2=>num2("i32","i32.add",asI32(load("ref",get2(fn,seen),12)),index2);countLoop(fn,num2("i32","i32.add",leftCount,i322(1)),i=>{let matched=newLocal(fn,"i32");emit(fn,{op:"set",local:matched,value:i322(0)});let over=num2("i32","i32.eq",i,leftCount),bindLeft=collect2(fn,()=>bindRow(fn,l,left,i)),noLeft=collect2(fn,()=>bindNil(fn,l));emit(fn,{op:"if",cond:over,then:noLeft,else:bindLeft}),countLoop(fn,num2("i32","i32.add",rightCount,i322(1)),(j,next,out)=>{let last=num2("i32","i32.eq",j,rightCount),missing=collect2(fn,()=>{emit(fn,{op:"brIf",label:out,cond:num2("i32","i32.or",get2(fn,matched),over)}),bindNil(fn,r)}),real=collect2(fn,()=>{bindRow(fn,r,right,j);let leftOver=collect2(fn,()=>{emit(fn,{op:"brIf",label:next,cond:load("bool",seenAt(j),8)})}),match=collect2(fn,()=>{emit(fn,{op:"brIf",label:next,cond:num2("i32","i32.eqz",condition(fn,join.on))}),emit(fn,{op:"set",local:matched,value:i322(1)}),emit(fn,store("bool",seenAt(j),8,i322(1)))});emit(fn,{op:"if",cond:over,then:leftOver,else:match})});emit(fn,{op:"if",cond:last,then:missing,else:real}),body()})})}function hashTable(fn,sym,rows,join,before){let parts=splitAnd(join.on),right=join.name.text,at2=parts.findIndex(p=>p.kind!=="binary"||p.op!=="=="?!1:sides(fn,p,right,before)!==void 0);if(at2<0)return;let chosen=parts[at2];if(at2>0&&(readsNil(fn,chosen.left)||readsNil(fn,chosen.right)))return;let{inner,outer}=sides(fn,chosen,right,before),suffix=maskOf(nodeOf(fn,inner))===2?"i64":"str",heads=newLocal(fn,"ref"),nexts=newLocal(fn,"ref"),count2=hold(fn,length(fn,rows));return emit(fn,{op:"set",local:heads,value:rt("ref","map_new",[i322(suffix==="i64"?1:0),i322(ELEMENT.i64.kind)])}),emit(fn,{op:"set",local:nexts,value:rt("ref","list_range",[i642(0n),num2("i64","i64.extend_i32_s",count2),i642(1n)])}),countLoop(fn,count2,i=>{let index2=hold(fn,num2("i32","i32.sub",num2("i32","i32.sub",count2,i322(1)),i));bindRow(fn,sym,rows,index2);let key=hold(fn,lowerExpr(fn,inner)),found=newLocal(fn,"i32");emit(fn,{op:"set",local:found,value:rt("i32",`map_find_${suffix}`,[get2(fn,heads),key])});let previous={op:"if",type:"i64",cond:get2(fn,found),then:load("i64",get2(fn,found),0),else:i642(-1n)};emit(fn,store("i64",nextSlot(fn,nexts,index2),8,previous));let entry2=newLocal(fn,"i32");emit(fn,{op:"set",local:entry2,value:rt("i32",`map_put_${suffix}`,[get2(fn,heads),key])}),emit(fn,store("i64",get2(fn,entry2),0,num2("i64","i64.extend_i32_s",index2)))}),{heads,nexts,key:outer,suffix,rest:parts.filter((_,i)=>i!==at2)}}function nextSlot(fn,nexts,index2){return num2("i32","i32.add",asI32(load("ref",get2(fn,nexts),12)),num2("i32","i32.shl",index2,i322(3)))}function sides(fn,e,right,before){let onlyRight=x=>mentions(x,right)&&!before.some(n=>mentions(x,n))&&isAccess(x),onlyLeft=x=>!mentions(x,right)&&isAccess(x),pair2=onlyRight(e.left)&&onlyLeft(e.right)?{inner:e.left,outer:e.right}:onlyRight(e.right)&&onlyLeft(e.left)?{inner:e.right,outer:e.left}:void 0;if(!pair2)return;let a=maskOf(nodeOf(fn,pair2.inner)),b=maskOf(nodeOf(fn,pair2.outer));return a===b&&(a===2||a===32)?pair2:void 0}function readsNil(fn,e){return e.kind!=="field"&&e.kind!=="index"?!1:(maskOf(nodeOf(fn,e.target))&1)!==0||e.kind==="index"||readsNil(fn,e.target)}function isAccess(e){switch(e.kind){case"name":case"int":case"string":return!0;case"field":return isAccess(e.target);case"index":return isAccess(e.target)&&isAccess(e.index);default:return!1}}function firstMatch(fn,t){return seq(fn,()=>{let key=lowerExpr(fn,t.key),found=newLocal(fn,"i32");emit(fn,{op:"set",local:found,value:rt("i32",`map_find_${t.suffix}`,[get2(fn,t.heads),key])});let row=num2("i32","i32.wrap_i64",load("i64",get2(fn,found),0));return{op:"if",type:"i32",cond:get2(fn,found),then:row,else:i322(-1)}})}function nextMatch(fn,t,index2){return num2("i32","i32.wrap_i64",load("i64",nextSlot(fn,t.nexts,index2),8))}function probe(fn,t,body){let index2=newLocal(fn,"i32");emit(fn,{op:"set",local:index2,value:firstMatch(fn,t)});let out=newLabel(fn),again=newLabel(fn),inner=collect2(fn,()=>{emit(fn,{op:"brIf",label:out,cond:num2("i32","i32.lt_s",get2(fn,index2),i322(0))}),body(get2(fn,index2)),emit(fn,{op:"set",local:index2,value:nextMatch(fn,t,get2(fn,index2))}),emit(fn,{op:"br",label:again})});emit(fn,{op:"block",label:out,body:[{op:"loop",label:again,body:inner}]})}function grouped(fn,q,plan,filtered,emitRow){let group=plan.group,layout=layoutOf(fn.lo,group),slot=name=>layout.slots.get(name),keyNode2=slot("key").node,items=slot("items"),itemNode=elemNode(fn.lo.solver,items.node),groups=newLocal(fn,"ref");emit(fn,{op:"set",local:groups,value:rt("ref","list_new",[i322(ELEMENT.ref.kind),i322(0)])});let byInt=maskOf(keyNode2)===2,byText=maskOf(keyNode2)===32,suffix=byInt?"i64":"str",index2=newLocal(fn,"ref");emit(fn,{op:"set",local:index2,value:rt("ref","map_new",[i322(byInt?1:0),i322(ELEMENT.ref.kind)])}),joined(fn,q,plan,filtered(()=>{let key=hold(fn,keyValue(fn,q,plan,keyNode2)),hash=hold(fn,byInt||byText?key:toText({ir:key,node:keyNode2})),found=newLocal(fn,"i32"),object=newLocal(fn,"ref");emit(fn,{op:"set",local:found,value:rt("i32",`map_find_${suffix}`,[get2(fn,index2),hash])});let make=collect2(fn,()=>{let list2=newLocal(fn,"ref");emit(fn,{op:"set",local:list2,value:rt("ref","list_new",[i322(ELEMENT[reprOf(itemNode)].kind),i322(0)])}),emit(fn,{op:"set",local:object,value:alloc(layout.size,header(KIND.STRUCT,{typeId:layout.typeId}))}),emit(fn,store("bool",get2(fn,object),slot("__group__").offset,i322(1))),emit(fn,store("i64",get2(fn,object),slot("count").offset,i642(0n))),emit(fn,store("ref",get2(fn,object),items.offset,get2(fn,list2))),emit(fn,store(slot("key").repr,get2(fn,object),slot("key").offset,key)),emit(fn,{op:"do",value:rt(void 0,"list_push$ref",[get2(fn,groups),get2(fn,object)])});let entry2=newLocal(fn,"i32");emit(fn,{op:"set",local:entry2,value:rt("i32",`map_put_${suffix}`,[get2(fn,index2),hash])}),emit(fn,store("ref",get2(fn,entry2),0,get2(fn,object)))}),reuse=[{op:"set",local:object,value:load("ref",get2(fn,found),0)}];emit(fn,{op:"if",cond:get2(fn,found),then:reuse,else:make});let item=hold(fn,itemValue(fn,plan,itemNode)),list=load("ref",get2(fn,object),items.offset);emit(fn,{op:"do",value:rt(void 0,`list_push$${ELEMENT[reprOf(itemNode)].suffix}`,[list,item])});let count3=load("i64",get2(fn,object),slot("count").offset);emit(fn,store("i64",get2(fn,object),slot("count").offset,num2("i64","i64.add",count3,i642(1n))))}));let rows={list:groups,elem:plan.groupSym.node},count2=hold(fn,length(fn,rows));countLoop(fn,count2,(i,next)=>{bindRow(fn,plan.groupSym,rows,i);let{having}=q.group;if(having){let passed=exactlyTrue(value(fn,having));emit(fn,{op:"brIf",label:next,cond:num2("i32","i32.eqz",passed)})}emitRow()})}function keyValue(fn,q,plan,node){let{keys:keys2}=q.group;if(!plan.keyRecord)return coerce(fn,lowerPlaced(fn,keys2[0]),nodeOf(fn,keys2[0]),node);let layout=layoutOf(fn.lo,plan.keyRecord);return seq(fn,()=>{let values2=keys2.map(k=>hold(fn,lowerPlaced(fn,k))),object=newLocal(fn,"ref");return emit(fn,{op:"set",local:object,value:alloc(layout.size,header(KIND.STRUCT,{typeId:layout.typeId}))}),layout.order.forEach((s,i)=>{emit(fn,store(s.repr,get2(fn,object),s.offset,coerce(fn,values2[i],nodeOf(fn,keys2[i]),s.node)))}),get2(fn,object)})}function itemValue(fn,plan,node){if(!plan.merged)return coerce(fn,symRead(fn,plan.rows[0]),plan.rows[0].node,node);let layout=layoutOf(fn.lo,plan.merged);return seq(fn,()=>{let object=newLocal(fn,"ref");emit(fn,{op:"set",local:object,value:alloc(layout.size,header(KIND.STRUCT,{typeId:layout.typeId}))});for(let sym of plan.rows){let s=layout.slots.get(sym.name);emit(fn,store(s.repr,get2(fn,object),s.offset,coerce(fn,symRead(fn,sym),sym.node,s.node)))}return coerce(fn,get2(fn,object),structNode(fn,plan.merged),node)})}function structNode(fn,info){let n=fn.lo.solver.node();return fn.lo.solver.addStruct(n,info),n}function mergedFieldOf(fn,object,info,name,node,span){let layout=layoutOf(fn.lo,info),sources=info.mergedOf.map(v=>layout.slots.get(v)).filter(s=>maskOf(s.node)&128?!0:[...find(s.node).structs??[]].some(x=>x.byName.has(name))),first2=sources[0];if(!first2)return zero2(node);let read=load(first2.repr,object,first2.offset);if(sources.length===1||(maskOf(first2.node)&-2)===256){let source={ir:read,node:first2.node};return maskOf(first2.node)&1?seq(fn,()=>{let held=hold(fn,read),some=reprOf(first2.node)==="ref"?asI32(held):num2("i32","i64.ne",{op:"as",type:"i64",value:held},i642(0n));return{op:"if",type:typeOf(reprOf(node)),cond:some,then:fieldOf(fn,{ir:held,node:first2.node},name,node,span),else:zero2(node)}}):fieldOf(fn,source,name,node,span)}return seq(fn,()=>{let result=zero2(node);for(let s of[...sources].reverse()){let source={ir:load(s.repr,object,s.offset),node:s.node},has=rt("i32","cell_has_key",[toCell(source),stringData(fn.lo,name)]);result={op:"if",type:typeOf(reprOf(node)),cond:has,then:fieldOf(fn,source,name,node,span),else:result}}return result})}var kindsOf=v=>maskOf(v.node)&-2,isRef=v=>reprOf(v.node)==="ref",arg=(fn,e,i)=>{let v={ir:lowerBefore(fn,e.args[i],e.args.slice(i+1)),node:nodeOf(fn,e.args[i])},group=groupOf(v.node);if(!group)return v;let items=layoutOf(fn.lo,group).slots.get("items");return{ir:load("ref",v.ir,items.offset),node:items.node}},strArg=(fn,e,i)=>toStr(arg(fn,e,i),e.args[i].span),intArg=(fn,e,i)=>toInt(arg(fn,e,i),e.args[i].span);function lowerBuiltin(fn,e,name){let rule=RULES.get(name);if(!rule)throw new Error(`built-in ${name} has no lowering`);if(AGGREGATES2.has(name)){let node=nodeOf(fn,e),fused=aggregateQuery(fn,e,name);if(fused&&fused.type===typeOf(reprOf(node)))return fused}return rule(fn,e,nodeOf(fn,e))}var AGGREGATES2=new Set(["sum","avg","min","max","count","exists"]);function listArg(fn,e,i){let v=arg(fn,e,i);return isRef(v)&&kindsOf(v)===64?v:{ir:rt("ref","cell_list",[toCell(v)],e.args[i].span),node:v.node}}function print(fn,e){return seq(fn,()=>{let simple=e.args.every(a=>a.kind==="name"||a.kind==="int"||a.kind==="string"||a.kind==="float"),values2=e.args.map(a=>{let v=value(fn,a);return e.args.length>1&&!simple?{ir:hold(fn,v.ir),node:v.node}:v}),trims=values2.length>=3;return trims&&emit(fn,{op:"do",value:rt(void 0,"out_mark",[])}),values2.forEach((v,i)=>{i>0&&emit(fn,{op:"do",value:rt(void 0,"out_space",[])}),emit(fn,{op:"do",value:printOne(v)})}),trims&&emit(fn,{op:"do",value:rt(void 0,"out_trim",[])}),emit(fn,{op:"do",value:rt(void 0,"out_newline",[])}),nullCell})}function printOne(v){switch(maskOf(v.node)){case 32:return rt(void 0,"out_str",[v.ir]);case 2:return rt(void 0,"out_i64",[v.ir]);case 8:return rt(void 0,"out_f64",[v.ir]);default:return reprOf(v.node)==="bool"?rt(void 0,"out_bool",[v.ir]):rt(void 0,"out_cell",[toCell(v)])}}function len(fn,e){let v=arg(fn,e,0);if(isRef(v))switch(kindsOf(v)){case 32:return rt("i64","str_len",[v.ir]);case 64:return rt("i64","list_len",[v.ir]);case 128:return rt("i64","map_len",[v.ir]);default:break}return rt("i64","cell_len",[toCell(v)],e.span)}function append(fn,e,node){let list=arg(fn,e,0);if(isRef(list)&&kindsOf(list)===64){let{suffix}=ELEMENT[elemRepr(fn.lo,node)];return rt("ref",`list_append$${suffix}`,[list.ir,coerceToElem(fn,e.args[1],node)],e.span)}let item=toCell({ir:lowerPlaced(fn,e.args[1]),node:nodeOf(fn,e.args[1])}),kind=i322(ELEMENT[elemRepr(fn.lo,node)].kind);return rt("ref","list_convert",[rt("ref","cell_list",[rt("cell","cell_append",[toCell(list),item],e.span)]),kind],e.span)}function substring(fn,e){let s=strArg(fn,e,0),start2=intArg(fn,e,1),end=e.args.length>2?intArg(fn,e,2):i642(0x7fffffffffffffffn);return rt("ref","str_slice",[s,start2,end],e.span)}function slice(fn,e,node){let v=arg(fn,e,0),start2=intArg(fn,e,1),end=e.args.length>2?intArg(fn,e,2):i642(0x7fffffffffffffffn);return isRef(v)&&kindsOf(v)===64?rt("ref","list_slice",[v.ir,start2,end],e.span):isRef(v)&&kindsOf(v)===32?rt("ref","str_slice",[v.ir,start2,end],e.span):unbox(rt("cell","cell_slice",[toCell(v),start2,end],e.span),node,e.span)}function reverse(fn,e,node){let v=arg(fn,e,0);return isRef(v)&&kindsOf(v)===64?rt("ref","list_reverse",[v.ir],e.span):isRef(v)&&kindsOf(v)===32?rt("ref","str_reverse",[v.ir],e.span):unbox(rt("cell","cell_reverse",[toCell(v)],e.span),node,e.span)}function contains(fn,e){return seq(fn,()=>{let container={ir:hold(fn,lowerExpr(fn,e.args[0])),node:nodeOf(fn,e.args[0])};return lowerIn(fn,arg(fn,e,1),container,e.span)})}function conversion(cellName){return(fn,e)=>{let v=arg(fn,e,0);return cellName==="cell_as_int"?maskOf(v.node)===2?v.ir:maskOf(v.node)===8?rt("i64","float_to_int",[v.ir],e.span):maskOf(v.node)===32?rt("i64","str_int",[v.ir],e.span):rt("i64",cellName,[toCell(v)],e.span):maskOf(v.node)===2||maskOf(v.node)===8?toFloat64(v):rt("f64",cellName,[toCell(v)],e.span)}}function aggregateOf2(name,list,node,span){switch(name){case"count":return rt("i64","list_len",[list.ir]);case"avg":return rt("f64","cell_avg",[toCell(list)],span);case"sum":return sumOf(list,node,span);default:return extremeOf(name,list,node,span)}}function sumOf(list,node,span){let cell=rt("cell","cell_sum",[toCell(list)],span);return maskOf(node)===8?rt("f64","cell_float",[cell]):unbox(cell,node,span)}function extremeOf(which,list,node,span){let cell=rt("cell",`cell_${which}`,[toCell(list)],span);return maskOf(node)===8?rt("f64","cell_float",[cell]):unbox(cell,node,span)}function extreme2(which){return(fn,e,node)=>e.args.length===2&&maskOf(node)===2&&e.args.every(a=>maskOf(nodeOf(fn,a))===2)?rt("i64",`int_${which}`,[lowerExpr(fn,e.args[0]),lowerExpr(fn,e.args[1])]):e.args.length>1?seq(fn,()=>{let best=toCell(arg(fn,e,0));for(let i=1;i<e.args.length;i++)best=rt("cell",`cell_${which}2`,[hold(fn,best),toCell(arg(fn,e,i))],e.span);return unbox(best,node,e.span)}):extremeOf(which,arg(fn,e,0),node,e.span)}function rounding(op){return(fn,e)=>num2("f64",`f64.${op}`,toFloat64(arg(fn,e,0),e.span))}function round(fn,e,node){let v=arg(fn,e,0);if(maskOf(v.node)===2&&e.args.length===1)return v.ir;let digits=e.args.length>1?intArg(fn,e,1):i642(0n);return reprOf(node)==="cell"?rt("cell","cell_round",[toCell(v),digits],e.span):rt("f64","round_digits",[toFloat64(v,e.span),digits],e.span)}function pow(fn,e,node){let a=arg(fn,e,0),b=arg(fn,e,1);return maskOf(a.node)===2&&maskOf(b.node)===2&&maskOf(node)===2?rt("i64","int_pow",[a.ir,b.ir],e.span):reprOf(node)==="f64"?rt("f64","float_pow",[toFloat64(a,e.span),toFloat64(b,e.span)],e.span):unbox(rt("cell","cell_pow",[toCell(a),toCell(b)],e.span),node,e.span)}function abs(fn,e,node){let v=arg(fn,e,0);return maskOf(v.node)===2?rt("i64","int_abs",[v.ir],e.span):maskOf(v.node)===8?num2("f64","f64.abs",v.ir):unbox(rt("cell","cell_abs",[toCell(v)],e.span),node,e.span)}function keys(fn,e){let v=arg(fn,e,0),own=list=>rt("ref","list_slice",[list,i642(0n),i642(0x7fffffffffffffffn)]);return isRef(v)&&kindsOf(v)===128?own(rt("ref","map_keys",[v.ir])):own(rt("ref","cell_keys",[toCell(v)],e.span))}function values(fn,e,node){let v=arg(fn,e,0);return isRef(v)&&kindsOf(v)===128?rt("ref","map_values",[v.ir]):rt("ref","list_convert",[rt("ref","cell_values",[toCell(v)],e.span),i322(ELEMENT[elemRepr(fn.lo,node)].kind)],e.span)}function first(fn,e,node){let v=arg(fn,e,0);if(isRef(v)&&kindsOf(v)===64){let elem=elementNode(fn,v.node);return seq(fn,()=>{let list=hold(fn,v.ir),has={op:"load",type:"i32",code:"i32.load",addr:list,offset:4},item=coerce(fn,load(reprOf(elem),asI32(load("ref",list,12)),8),elem,node);return{op:"if",type:typeOf(reprOf(node)),cond:has,then:item,else:zero2(node)}})}return unbox(rt("cell","cell_first",[toCell(v)],e.span),node,e.span)}function concat2(fn,e,node){return e.args.slice(1).reduce((left,a)=>rt("ref","list_concat",[left,coerce(fn,lowerExpr(fn,a),nodeOf(fn,a),node,a.span)],e.span),e.args.length===1?rt("ref","list_concat",[coerce(fn,lowerExpr(fn,e.args[0]),nodeOf(fn,e.args[0]),node),rt("ref","list_new",[i322(ELEMENT[elemRepr(fn.lo,node)].kind),i322(0)])]):coerce(fn,lowerExpr(fn,e.args[0]),nodeOf(fn,e.args[0]),node,e.args[0].span))}function range(fn,e){return(()=>{if(e.args.length===1)return rt("ref","list_range",[i642(0n),intArg(fn,e,0),i642(1n)],e.span);let step2=e.args.length>2?intArg(fn,e,2):i642(1n);return rt("ref","list_range",[intArg(fn,e,0),intArg(fn,e,1),step2],e.span)})()}function reduce2(fn,e,node){return seq(fn,()=>{let source=listArg(fn,e,0),list=hold(fn,source.ir),f=arg(fn,e,1),closure=hold(fn,isRef(f)?f.ir:rt("ref","cell_ref",[toCell(f),i322(8)],e.span)),acc=newLocal(fn,typeOf(reprOf(node)));emit(fn,{op:"set",local:acc,value:coerce(fn,lowerPlaced(fn,e.args[2]),nodeOf(fn,e.args[2]),node)});let shape=find(f.node).funs?.get(2);if(!shape)return emit(fn,{op:"do",value:rt(void 0,"fail",[stringData(fn.lo,"reduce needs a function of two parameters")],e.span)}),get2(fn,acc);let n=newLocal(fn,"i64"),i=newLocal(fn,"i64");emit(fn,{op:"set",local:n,value:rt("i64","list_len",[list])}),emit(fn,{op:"set",local:i,value:i642(0n)});let out=newLabel(fn),again=newLabel(fn),elem=elemNode(fn.lo.solver,source.node),cellNode=fn.lo.solver.node(2047),known=isRef(source)&&kindsOf(source)===64,body=collect2(fn,()=>{emit(fn,{op:"brIf",label:out,cond:num2("i32","i64.ge_s",get2(fn,i),get2(fn,n))});let item=known?coerce(fn,rt(typeOf(reprOf(elem)),`list_get$${ELEMENT[reprOf(elem)].suffix}`,[list,get2(fn,i)]),elem,shape.params[1]):coerce(fn,rt("cell","list_get_cell",[list,get2(fn,i)]),cellNode,shape.params[1]),args2=[coerce(fn,get2(fn,acc),node,shape.params[0]),item],next=callClosure(fn,closure,args2,shape.params,shape.result,e.span);emit(fn,{op:"set",local:acc,value:coerce(fn,next,shape.result,node)}),emit(fn,{op:"set",local:i,value:num2("i64","i64.add",get2(fn,i),i642(1n))}),emit(fn,{op:"br",label:again})});return emit(fn,{op:"block",label:out,body:[{op:"loop",label:again,body}]}),get2(fn,acc)})}function fails(fn,e,node){return seq(fn,()=>(emit(fn,{op:"do",value:rt(void 0,"panic",[toText(arg(fn,e,0))],e.span)}),zero2(node)))}function sum2(fn,e,node){return sumOf(arg(fn,e,0),node,e.span)}function aggregateQuery(fn,e,name){let q=e.args[0];if(e.args.length!==1||!q||!isPlainQuery(fn,q))return;let mask=maskOf(nodeOf(fn,q.select)),counts=name==="count"||name==="exists";if(!counts&&mask!==2&&mask!==8)return;let type=mask===8?"f64":"i64";return seq(fn,()=>{let count2=newLocal(fn,"i64");emit(fn,{op:"set",local:count2,value:i642(0n)});let total=newLocal(fn,type);switch(emit(fn,{op:"set",local:total,value:type==="f64"?f64(0):i642(0n)}),forEachRow(fn,q,row=>{let more=num2("i64","i64.add",get2(fn,count2),i642(1n));if(counts)!isPure(row.ir)&&row.ir.op!=="get"&&emit(fn,{op:"do",value:row.ir});else if(name==="sum"||name==="avg"){let sum3=type==="f64"?num2("f64","f64.add",get2(fn,total),row.ir):rt("i64","int_add",[get2(fn,total),row.ir],e.span);emit(fn,{op:"set",local:total,value:sum3})}else{let value2=hold(fn,row.ir),order=name==="min"?"lt":"gt",beats=num2("i32",type==="f64"?`f64.${order}`:`i64.${order}_s`,value2,get2(fn,total)),first2=num2("i32","i64.eqz",get2(fn,count2)),cond=num2("i32","i32.or",first2,beats);emit(fn,{op:"if",cond,then:[{op:"set",local:total,value:value2}],else:[]})}emit(fn,{op:"set",local:count2,value:more})}),name){case"count":return get2(fn,count2);case"exists":return num2("i32","i64.ne",get2(fn,count2),i642(0n));case"avg":{let sum3=type==="f64"?get2(fn,total):num2("f64","f64.convert_i64_s",get2(fn,total)),mean=num2("f64","f64.div",sum3,num2("f64","f64.convert_i64_s",get2(fn,count2)));return{op:"if",type:"f64",cond:num2("i32","i64.ne",get2(fn,count2),i642(0n)),then:mean,else:f64(0)}}default:return get2(fn,total)}})}var RULES=new Map(Object.entries({print,len,count:len,append,push:append,str:(fn,e)=>toText(arg(fn,e,0)),string:(fn,e)=>toText(arg(fn,e,0)),int:conversion("cell_as_int"),float:conversion("cell_as_float"),to_float:conversion("cell_as_float"),substring,substr:substring,slice,upper:(fn,e)=>rt("ref","str_upper",[strArg(fn,e,0)],e.span),lower:(fn,e)=>rt("ref","str_lower",[toText(arg(fn,e,0))],e.span),padStart:(fn,e)=>rt("ref","str_pad_start",[strArg(fn,e,0),intArg(fn,e,1),e.args.length>2?strArg(fn,e,2):stringData(fn.lo," ")],e.span),reverse,contains,indexOf:(fn,e)=>{let v=arg(fn,e,0);return isRef(v)&&kindsOf(v)===32?rt("i64","str_index_of",[v.ir,strArg(fn,e,1)],e.span):rt("i64","cell_index_of",[toCell(v),toCell(arg(fn,e,1))],e.span)},split:(fn,e)=>rt("ref","str_split",[strArg(fn,e,0),strArg(fn,e,1)],e.span),join:(fn,e)=>rt("ref","values_join",[listArg(fn,e,0).ir,e.args.length>1?strArg(fn,e,1):stringData(fn.lo,"")],e.span),trim:(fn,e)=>rt("ref","str_trim",[strArg(fn,e,0)],e.span),repeat:(fn,e)=>rt("ref","str_repeat",[strArg(fn,e,0),intArg(fn,e,1)],e.span),parseIntStr:(fn,e)=>rt("i64","parse_int_base",[strArg(fn,e,0),e.args.length>1?intArg(fn,e,1):i642(10n)],e.span),sum:sum2,avg:(fn,e)=>rt("f64","cell_avg",[toCell(arg(fn,e,0))],e.span),min:extreme2("min"),max:extreme2("max"),exists:(fn,e)=>{let v=arg(fn,e,0);return isRef(v)&&kindsOf(v)===64?num2("i32","i64.ne",rt("i64","list_len",[v.ir]),i642(0n)):rt("i32","cell_exists",[toCell(v)])},keys,values,first,distinct:(fn,e,node)=>{let v=listArg(fn,e,0),list=rt("ref","list_distinct",[v.ir],e.span);return reprOf(node)==="cell"?box(list,"ref"):list},concat:concat2,collect:(fn,e,node)=>coerce(fn,lowerExpr(fn,e.args[0]),nodeOf(fn,e.args[0]),node),range,reduce:reduce2,abs,ceil:rounding("ceil"),floor:rounding("floor"),round,pow,num:(fn,e)=>rt("cell","rat_num",[toCell(arg(fn,e,0))],e.span),denom:(fn,e)=>rt("cell","rat_denom",[toCell(arg(fn,e,0))],e.span),sha256:(fn,e)=>rt("ref","sha256",[toCell(arg(fn,e,0))],e.span),now:()=>rt("i64","now",[]),mem:()=>i642(0n),input:()=>rt("ref","input",[]),json:(fn,e,node)=>seq(fn,()=>{let v=arg(fn,e,0),held={ir:hold(fn,v.ir),node:v.node};return emit(fn,{op:"do",value:rt(void 0,"json_out",[toCell(held)],e.span)}),coerce(fn,held.ir,held.node,node)}),to_json:(fn,e)=>rt("ref","json_str",[toCell(arg(fn,e,0))],e.span),panic:fails,error:fails}));function lowerValueMethod(fn,e,name,target){let args2=i=>e.args[i];switch(name){case"contains":return!(kindsOf(target)&224)||e.args.length!==1?void 0:seq(fn,()=>lowerIn(fn,value(fn,args2(0)),{ir:hold(fn,target.ir),node:target.node},e.span));case"starts_with":return e.args.length!==1?void 0:rt("i32","str_starts_with",[toStr(target,e.span),toStr(value(fn,args2(0)),args2(0).span)],e.span);case"padStart":return e.args.length!==2?void 0:rt("ref","str_pad_start",[toStr(target,e.span),toInt(value(fn,args2(0))),toStr(value(fn,args2(1)))],e.span);default:return}}function lowerCall(fn,e){let plan=fn.info.calls.get(e.id),node=nodeOf(fn,e);switch(plan.kind){case"direct":return directCall2(fn,e,plan.fun,node);case"partial":{let{fun}=plan,nodes=fun.params.map(p=>p.node),args2=e.args.map((a,i)=>coerce(fn,lowerPlaced(fn,a),nodeOf(fn,a),nodes[i],a.span));return args2.length===0?coerce(fn,funValue(fn,fun),node,node):partial(fn,funValue(fn,fun),args2,nodes,fun.result)}case"construct":return newStruct2(fn,plan.struct,e.args.map((a,i)=>({name:plan.struct.fields[i]?.name??"",value:a})));case"builtin":return lowerBuiltin(fn,e,plan.name);case"method":return methodCall2(fn,e,plan.name);case"value":return callValue2(fn,value(fn,e.callee),e.args,e,node)}}function directCall2(fn,e,fun,node){let args2=e.args.slice(0,fun.params.length).map((a,i)=>{let p=fun.params[i],arg2=fn.lo.borrowed.has(p)&&!growsDuring(fn,a,fun,e.args.slice(i+1))?lowerExpr(fn,a):lowerPlaced(fn,a);return coerce(fn,arg2,nodeOf(fn,a),p.node,a.span)});if(fun.self&&!fn.info.self)return seq(fn,()=>(emit(fn,{op:"do",value:rt(void 0,"fail",[stringData(fn.lo,`method ${fun.display} needs a receiver`)],e.span)}),zero2(node)));let env=fun.self?[get2(fn,0)]:hasEnv(fun)?[funValue(fn,fun)]:[],call={op:"call",type:resultType(fun.result),func:needFun(fn.lo,fun),args:[...env,...args2],span:e.span};return finishCall(fn,call,fun.result,node)}function growsDuring(fn,a,callee,later){if(!(maskOf(nodeOf(fn,a))&64))return!1;let growth=fn.lo.growth.get(callee);return!growth||mayGrow(fn.info,a,growth)||mayGrowIn(fn,a,later)}function finishCall(fn,call,result,node){return isUnit(result)?{op:"seq",type:"cell",body:[{op:"do",value:call}],value:nullCell}:coerce(fn,call,result,node)}function callValue2(fn,target,args2,e,node){let shape=shapeFor(target.node,args2.length);if(!shape)return seq(fn,()=>(emit(fn,{op:"do",value:target.ir}),emit(fn,{op:"do",value:rt(void 0,"fail",[stringData(fn.lo,"only functions can be called")],e.span)}),zero2(node)));let closure=reprOf(target.node)==="ref"?maskOf(target.node)&1?notNull(fn,target.ir,"nil is called",e.span):target.ir:notNull(fn,rt("ref","cell_ref",[toCell(target),i322(KIND.CLOSURE)],e.span),"nil is called",e.span);return seq(fn,()=>{let held=newLocal(fn,"ref");emit(fn,{op:"set",local:held,value:closure});let values2=args2.slice(0,shape.params.length).map((a,i)=>coerce(fn,lowerPlaced(fn,a),nodeOf(fn,a),shape.params[i],a.span));if(values2.length<shape.params.length)return partial(fn,get2(fn,held),values2,shape.params,shape.result);let called=callClosure(fn,get2(fn,held),values2,shape.params,shape.result,e.span);return isUnit(shape.result)?called:coerce(fn,called,shape.result,node)})}function methodCall2(fn,e,name){let callee=e.callee,node=nodeOf(fn,e),target=value(fn,callee.target),kinds=maskOf(target.node)&-2;if(reprOf(target.node)==="ref"&&kinds===256)return structMethod(fn,e,callee,name,target,node);let builtin=lowerValueMethod(fn,e,name,target);if(builtin)return builtin;if(reprOf(target.node)==="ref"&&!intKeyed(target.node)){let val=mapValueNode(fn,target.node),member={ir:fieldOf(fn,target,name,val,e.span),node:val};return callValue2(fn,member,e.args,e,node)}if(kinds&256){let object=rt("ref","cell_struct",[toCell(target)]);return structMethod(fn,e,callee,name,{ir:object,node:target.node},node)}return seq(fn,()=>(emit(fn,{op:"do",value:rt(void 0,"fail",[stringData(fn.lo,`no method ${name} here`)],e.span)}),zero2(node)))}function structMethod(fn,e,callee,name,target,node){let structs2=structsOf(target.node).filter(s=>s.methods.has(name)||s.byName.has(name));return seq(fn,()=>{let self=hold(fn,notNull(fn,target.ir,`.${name}()`,e.span));if(structs2.length===1&&structsOf(target.node).length===1)return callMember(fn,e,callee,name,self,structs2[0],target,node);let id=newLocal(fn,"i32");emit(fn,{op:"set",local:id,value:typeId(self)});let result=seq(fn,()=>(emit(fn,{op:"do",value:rt(void 0,"fail",[stringData(fn.lo,`no method ${name} here`)],e.span)}),zero2(node)));for(let s of structs2)result={op:"if",type:typeOf(reprOf(node)),cond:num2("i32","i32.eq",get2(fn,id),i322(layoutOf(fn.lo,s).typeId)),then:seq(fn,()=>callMember(fn,e,callee,name,self,s,target,node)),else:result};return result})}function callMember(fn,e,callee,name,self,struct,target,node){let method=struct.methods.get(name);if(!method){let field=struct.byName.get(name),slot=layoutOf(fn.lo,struct).slots.get(name),read=fieldOf(fn,{ir:self,node:target.node},name,field.node,callee.span);return callValue2(fn,{ir:read,node:field.node},e.args,e,node)}let args2=method.params.map((p,i)=>{let a=e.args[i];return a?coerce(fn,lowerPlaced(fn,a),nodeOf(fn,a),p.node,a.span):zero2(p.node)}),call={op:"call",type:resultType(method.result),func:needFun(fn.lo,method),args:[self,...args2],span:e.span};return finishCall(fn,call,method.result,node)}function lowerCast(fn,e){if(e.value.kind==="fetch")return lowerExpr(fn,e.value);let node=nodeOf(fn,e),from={ir:lowerExpr(fn,e.value),node:nodeOf(fn,e.value)},type=resolve(fn,e.type);return isIdentityCast({types:fn.lo.program.types},type)?coerce(fn,from.ir,from.node,node,e.span):e.value.kind==="list"&&e.value.items.length===0||e.value.kind==="map"&&e.value.entries.length===0?coerce(fn,from.ir,from.node,node,e.span):convert(fn,from,type,node,e)}function resolve(fn,t,depth=0){if(t.kind==="name"&&depth<30){let alias=fn.lo.program.types.aliases.get(t.name);if(alias)return resolve(fn,alias,depth+1)}return t}function convert(fn,from,type,node,e){let mask=maskOf(from.node),repr=reprOf(from.node);if(type.kind==="name"){switch(type.name){case"int":case"int64":return repr==="i64"?from.ir:repr==="f64"?toInt(from,e.span):rt("i64","cell_as_int",[toCell(from)],e.span);case"float":return repr==="f64"||repr==="i64"?toFloat64(from):rt("f64","cell_as_float",[toCell(from)],e.span);case"bigint":return rt("cell","cell_as_big",[toCell(from)],e.span);case"bigrat":return rt("cell","cell_as_rat",[toCell(from)],e.span);case"string":return rt("ref","cell_as_str",[toCell(from)],e.span);case"bool":return repr==="bool"?from.ir:rt("i32","cell_as_bool",[toCell(from)],e.span);default:break}let struct=fn.lo.program.types.structs.get(type.name);if(struct&&repr==="ref"&&(mask&-2)===256&&structs(from.node).every(s=>s===struct))return coerce(fn,from.ir,from.node,node,e.span)}let name=converter(fn,node,type,0);return{op:"call",type:typeOf(reprOf(node)),func:name,args:[toCell(from)],span:e.span}}var converters=new WeakMap;function converter(fn,node,type,depth){let{lo}=fn,known=converters.get(lo);known||(known=new Map,converters.set(lo,known));let key=`${type?typeText(type):""} ${describe(fn,node,depth)}`,old=known.get(key);if(old)return old;let name=`cast.${known.size}`;known.set(key,name);let func=buildConverter(fn,name,node,type&&resolve(fn,type),depth);return lo.module.funcs.set(name,func),name}function describe(fn,node,depth){let mask=maskOf(node)&-2;return depth>8?"\u2026":mask===64?`list(${describe(fn,elemNode(fn.lo.solver,node),depth+1)})`:mask===128?`map(${intKeyed(node)},${describe(fn,mapValueNode(fn,node),depth+1)})`:mask===256?`struct(${[...structs(node)].map(s=>s.name).join("|")})`:`${reprOf(node)}:${mask}`}function structs(node){let n=node;for(;n.forward;)n=n.forward;return[...n.structs??[]]}function builder(first2){let locals=[first2];return{locals,local(type){return locals.push(type),locals.length-1},get:local=>({op:"get",type:locals[local],local})}}function buildConverter(fn,name,node,type,depth){let b=builder("cell"),body=[],result=typeOf(reprOf(node)),cell=b.get(0),mask=maskOf(node)&-2,ret=value2=>{body.push({op:"return",value:value2})},call=(n,t,value2)=>({op:"call",type:typeOf(reprOf(n)),func:converter(fn,n,t,depth+1),args:[value2]}),args2=type?.kind==="generic"?type.args:[];if(!type||isIdentityCast({types:fn.lo.program.types},type))return ret(unbox(cell,node)),{name,params:["cell"],result,locals:b.locals,body};let asResult=ref=>result==="cell"?box(ref,"ref"):ref;switch(reprOf(node)){case"i64":ret(rt("i64","cell_as_int",[cell]));break;case"f64":ret(rt("f64","cell_as_float",[cell]));break;case"bool":ret(rt("i32","cell_as_bool",[cell]));break;default:if(mask===64&&depth<8){let elem=elemNode(fn.lo.solver,node),repr=reprOf(elem),from=b.local("ref"),to=b.local("ref"),i=b.local("i64"),n=b.local("i64");body.push({op:"if",cond:num2("i32","i64.eqz",{op:"as",type:"i64",value:cell}),then:[{op:"return",value:nil(result)}],else:[]},{op:"set",local:from,value:rt("ref","cell_ref",[cell,i322(KIND.LIST)])},{op:"set",local:n,value:rt("i64","list_len",[b.get(from)])},{op:"set",local:to,value:rt("ref","list_new",[i322(ELEMENT[repr].kind),num2("i32","i32.wrap_i64",b.get(n))])},...countLoop2(b,i,n,[{op:"do",value:rt(void 0,`list_push$${ELEMENT[repr].suffix}`,[b.get(to),call(elem,args2[0],rt("cell","list_get_cell",[b.get(from),b.get(i)]))])}])),ret(asResult(b.get(to)))}else if(mask===128&&depth<8){let val=mapValueNode(fn,node),ints=intKeyed(node),keys2=b.local("ref"),to=b.local("ref"),i=b.local("i64"),n=b.local("i64"),key=b.local("cell"),value2=b.local(typeOf(reprOf(val))),entry2=b.local("i32");keyNode(fn.lo.solver,node);let mapKey2=ints?rt("i64","cell_as_int",[b.get(key)]):rt("ref","value_str",[b.get(key)]);body.push({op:"if",cond:num2("i32","i64.eqz",{op:"as",type:"i64",value:cell}),then:[{op:"return",value:nil(result)}],else:[]},{op:"set",local:keys2,value:rt("ref","map_keys",[rt("ref","cell_ref",[cell,i322(KIND.MAP)])])},{op:"set",local:n,value:rt("i64","list_len",[b.get(keys2)])},{op:"set",local:to,value:newMap(fn,node)},...countLoop2(b,i,n,[{op:"set",local:key,value:rt("cell","list_get_cell",[b.get(keys2),b.get(i)])},{op:"set",local:value2,value:call(val,args2[1],rt("cell","cell_index",[cell,b.get(key)]))},{op:"set",local:entry2,value:rt("i32",ints?"map_put_i64":"map_put_str",[b.get(to),mapKey2])},store(reprOf(val),b.get(entry2),0,b.get(value2))])),ret(asResult(b.get(to)))}else mask===256&&structs(node).length>0&&depth<8?buildStruct(fn,b,body,structs(node)[0],call,asResult,result):reprOf(node)==="ref"?ret(rt("ref","cell_as_str",[cell])):ret(cell)}return{name,params:["cell"],result,locals:b.locals,body}}function nil(type){return type==="cell"?{op:"const",type,value:0n}:{op:"const",type:"ref",value:0}}function countLoop2(b,i,n,body){return[{op:"set",local:i,value:i642(0n)},{op:"block",label:0,body:[{op:"loop",label:1,body:[{op:"brIf",label:0,cond:num2("i32","i64.ge_s",b.get(i),b.get(n))},...body,{op:"set",local:i,value:num2("i64","i64.add",b.get(i),i642(1n))},{op:"br",label:1}]}]}]}function buildStruct(fn,b,body,struct,call,asResult,result){let cell=b.get(0),layout=layoutOf(fn.lo,struct),same2=b.local("ref"),object=b.local("ref");body.push({op:"set",local:same2,value:rt("ref","cell_struct",[cell])},{op:"if",cond:num2("i32","i32.eq",{op:"load",type:"i32",code:"i32.load16_u",addr:b.get(same2),offset:2},i322(layout.typeId)),then:[{op:"return",value:asResult(b.get(same2))}],else:[]},{op:"if",cond:num2("i32","i64.eqz",{op:"as",type:"i64",value:cell}),then:[{op:"return",value:nil(result)}],else:[]});let values2=layout.order.map(slot=>{let local=b.local(typeOf(slot.repr)),read=rt("cell","cell_need_field",[cell,stringData(fn.lo,slot.name),stringData(fn.lo,struct.name)]);return body.push({op:"set",local,value:call(slot.node,struct.byName.get(slot.name).type,read)}),local});body.push({op:"set",local:object,value:alloc(layout.size,header(KIND.STRUCT,{typeId:layout.typeId}))}),layout.order.forEach((slot,i)=>{body.push(store(slot.repr,b.get(object),slot.offset,b.get(values2[i])))}),body.push({op:"return",value:asResult(b.get(object))})}function nodeOf(fn,e){let node=fn.info.nodes.get(e.id);if(!node)throw new Error(`no type for expression ${e.kind} in ${fn.info.name}`);return node}function elementNode(fn,list){return elemNode(fn.lo.solver,list)}function mapValueNode(fn,map){return valNode(fn.lo.solver,map)}function value(fn,e){return{ir:lowerExpr(fn,e),node:nodeOf(fn,e)}}function lowerPlaced(fn,e){let v=lowerExpr(fn,e);return!(maskOf(nodeOf(fn,e))&64)||!isPlace(fn,e)?v:v.type==="ref"||v.type==="cell"?shareValue(v):v}function mayGrowIn(fn,place,others){return others.some(o=>mayGrow(fn.info,place,growthDuring(fn.info,o,fn.lo.growth)))}function lowerBefore(fn,e,others){return maskOf(nodeOf(fn,e))&64&&mayGrowIn(fn,e,others)?lowerPlaced(fn,e):lowerExpr(fn,e)}function isPlace(fn,e){switch(e.kind){case"name":case"index":case"field":return!0;case"if":return isPlace(fn,e.then)||e.else!==void 0&&isPlace(fn,e.else);case"match":return e.arms.some(a=>a.body.kind==="expr"&&isPlace(fn,a.body.expr));case"binary":return e.op==="??"||e.op==="&&"||e.op==="||";case"cast":return isPlace(fn,e.value);case"call":{let plan=fn.info.calls.get(e.id);return plan?.kind==="builtin"&&["first","min","max","collect","json","reduce"].includes(plan.name)}default:return!1}}function lowerExpr(fn,e){switch(e.kind){case"int":return i642(e.value);case"float":return f64(e.value);case"bool":return i322(e.value?1:0);case"string":return stringData(fn.lo,e.value,e.bytes);case"none":case"error":return nullCell;case"name":return lowerName(fn,e);case"unary":return lowerUnary(fn,e);case"binary":return lowerBinary(fn,e);case"call":return lowerCall(fn,e);case"index":{let base=value(fn,e.target);if(e.index.kind==="string"&&reprOf(base.node)==="ref"&&(maskOf(base.node)&-2)===256)return fieldOf(fn,base,e.index.value,nodeOf(fn,e),e.span);let index2=value(fn,e.index);return e.optional?optional(fn,base,e.id,b=>indexOf(fn,b,index2,nodeOf(fn,e),e.span)):indexOf(fn,base,index2,nodeOf(fn,e),e.span,fn.info.present.has(e.id))}case"slice":return lowerSlice(fn,e);case"field":{let base=value(fn,e.target);return e.optional?optional(fn,base,e.id,b=>fieldOf(fn,b,e.name.text,nodeOf(fn,e),e.span)):fieldOf(fn,base,e.name.text,nodeOf(fn,e),e.span)}case"cast":return lowerCast(fn,e);case"struct":{let struct=structOfName(fn,e.name.text);return newStruct2(fn,struct,e.fields.map(f=>({name:f.name.text,value:f.value})))}case"list":return lowerList(fn,e);case"map":{let record=fn.info.records.get(e.id);return record?newStruct2(fn,record,e.entries.map(x=>({name:x.key.value,value:x.value}))):lowerMap(fn,e)}case"query":return lowerQuery(fn,e);case"load":return lowerLoad(fn,e);case"save":return lowerSave(fn,e);case"fetch":return lowerFetch(fn,e);case"lambda":return makeClosure(fn,fn.info.funs.get(e.id));case"if":{let node=nodeOf(fn,e),cond=exactlyTrue(value(fn,e.cond)),then=seq(fn,()=>coerce(fn,lowerExpr(fn,e.then),nodeOf(fn,e.then),node)),els=e.else?seq(fn,()=>coerce(fn,lowerExpr(fn,e.else),nodeOf(fn,e.else),node)):zero2(node);return{op:"if",type:typeOf(reprOf(node)),cond,then,else:els}}case"match":return lowerMatch(fn,e);default:throw new Error(`expression ${e.kind} reached lowering`)}}function optional(fn,base,id,then){let node=fn.info.nodes.get(id);return seq(fn,()=>{let held={ir:hold(fn,base.ir),node:base.node},result=seq(fn,()=>then(held));return{op:"if",type:typeOf(reprOf(node)),cond:isNull(fn,held),then:zero2(node),else:result}})}function lowerName(fn,e){let ref=fn.info.refs.get(e.id);switch(ref?.kind){case"var":return symRead(fn,ref.sym);case"fun":return funValue(fn,ref.fun);case"variant":return newStruct2(fn,ref.struct,[]);case"rowField":return fieldOf(fn,{ir:symRead(fn,ref.row),node:ref.row.node},ref.name,nodeOf(fn,e),e.span);case"keyField":{let slot=layoutOf(fn.lo,ref.sym.group).slots.get("key"),key={ir:load(slot.repr,symRead(fn,ref.sym),slot.offset),node:slot.node};return fieldOf(fn,key,ref.name,nodeOf(fn,e),e.span)}default:return nullCell}}function symRead(fn,sym){let repr=reprOf(sym.node),global=fn.lo.globals.get(sym);if(global!==void 0)return{op:"global",type:typeOf(repr),name:global};let place=fn.places.get(sym);return place?place.kind==="box"?load(repr,get2(fn,place.local),8):place.kind==="local"?get2(fn,place.local):{op:"global",type:typeOf(repr),name:place.name}:zero2(sym.node)}function symWrite(fn,sym,v){let repr=reprOf(sym.node),global=fn.lo.globals.get(sym);if(global!==void 0){emit(fn,{op:"setGlobal",name:global,value:v});return}let place=fn.places.get(sym);if(place?.kind==="box"){let held=newLocal(fn,typeOf(repr));emit(fn,{op:"set",local:held,value:v}),emit(fn,store(repr,get2(fn,place.local),8,get2(fn,held)))}else place?.kind==="local"?emit(fn,{op:"set",local:place.local,value:v}):bindSym(fn,sym,v,void 0)}function lowerUnary(fn,e){let operand=value(fn,e.operand);if(e.op==="!")return num2("i32","i32.eqz",truth(operand));switch(reprOf(operand.node)){case"i64":return operand.ir.op==="const"?i642(BigInt.asIntN(64,-operand.ir.value)):rt("i64","int_neg",[operand.ir],e.span);case"f64":return operand.ir.op==="const"?f64(-operand.ir.value):num2("f64","f64.neg",operand.ir);default:return unbox(rt("cell","cell_neg",[toCell(operand)],e.span),nodeOf(fn,e),e.span)}}var CHAR_COMPARISONS={"==":"i32.eq","!=":"i32.ne","<":"i32.lt_s","<=":"i32.le_s",">":"i32.gt_s",">=":"i32.ge_s"};function comparedChar(fn,e){let{left,right}=e;if(right.kind!=="string"||right.bytes||right.value.length!==1||right.value.charCodeAt(0)>127||(maskOf(nodeOf(fn,left))&-2)!==32)return;let code=i322(right.value.charCodeAt(0)),op=CHAR_COMPARISONS[e.op],isText=x=>maskOf(nodeOf(fn,x))===32;if(left.kind==="index"&&!left.optional&&isText(left.target)&&maskOf(nodeOf(fn,left.index))===2)return num2("i32",op,rt("i32","str_code_at",[lowerExpr(fn,left.target),lowerExpr(fn,left.index)],left.span),code);if(left.kind==="slice"&&isText(left.target)&&isNextOf(left.start,left.end)&&maskOf(nodeOf(fn,left.start))===2)return num2("i32",op,rt("i32","str_code_slice",[lowerExpr(fn,left.target),lowerExpr(fn,left.start)],left.span),code);let text=lowerExpr(fn,left);if(e.op==="==")return rt("i32","str_is_char",[text,code]);if(e.op==="!=")return num2("i32","i32.eqz",rt("i32","str_is_char",[text,code]));if(!(maskOf(nodeOf(fn,left))&1))return num2("i32",op,rt("i32","str_order_char",[text,code]),i322(0))}function isNextOf(start2,end){return start2?.kind!=="name"||end?.kind!=="binary"||end.op!=="+"?!1:end.left.kind==="name"&&end.left.name===start2.name&&end.right.kind==="int"&&end.right.value===1n}var INT_OPS={"+":"int_add","-":"int_sub","*":"int_mul","/":"int_div","%":"int_rem"},CELL_OPS={"+":"cell_add","-":"cell_sub","*":"cell_mul","/":"cell_div","%":"cell_rem"};function lowerBinary(fn,e){let node=nodeOf(fn,e);switch(e.op){case"&&":case"||":{let l=nodeOf(fn,e.left),r=nodeOf(fn,e.right),left=lowerExpr(fn,e.left),right=seq(fn,()=>coerce(fn,lowerExpr(fn,e.right),r,node));return reprOf(l)==="bool"&&reprOf(r)==="bool"?e.op==="&&"?{op:"if",type:"i32",cond:left,then:right,else:i322(0)}:{op:"if",type:"i32",cond:left,then:i322(1),else:right}:seq(fn,()=>{let held=hold(fn,left),kept=coerce(fn,held,l,node),cond=truth({ir:held,node:l});return{op:"if",type:typeOf(reprOf(node)),cond,then:e.op==="&&"?right:kept,else:e.op==="&&"?kept:right}})}case"??":{let l=nodeOf(fn,e.left),left=lowerExpr(fn,e.left),right=seq(fn,()=>coerce(fn,lowerExpr(fn,e.right),nodeOf(fn,e.right),node));return seq(fn,()=>{let held=hold(fn,left),cond=isNull(fn,{ir:held,node:l});return{op:"if",type:typeOf(reprOf(node)),cond,then:right,else:coerce(fn,held,l,node)}})}case"==":return comparedChar(fn,e)??equal(fn,leftValue(fn,e),value(fn,e.right));case"!=":return comparedChar(fn,e)??num2("i32","i32.eqz",equal(fn,leftValue(fn,e),value(fn,e.right)));case"<":case"<=":case">":case">=":{let char=comparedChar(fn,e);return char||compare(e.op,leftValue(fn,e),value(fn,e.right))}case"in":return lowerIn(fn,leftValue(fn,e),value(fn,e.right),e.span);case"union":case"union all":case"except":case"intersect":{let name={union:"list_union","union all":"list_union_all",except:"list_except",intersect:"list_intersect"}[e.op],a=coerce(fn,leftValue(fn,e).ir,nodeOf(fn,e.left),node),b=coerce(fn,lowerExpr(fn,e.right),nodeOf(fn,e.right),node);return rt("ref",name,[a,b],e.span)}case"%":{let reduced=reducedProduct(fn,e);return reduced||arithmetic2(e.op,leftValue(fn,e),value(fn,e.right),node,e.span)}default:return arithmetic2(e.op,leftValue(fn,e),value(fn,e.right),node,e.span)}}function leftValue(fn,e){return{ir:lowerBefore(fn,e.left,[e.right]),node:nodeOf(fn,e.left)}}function reducedProduct(fn,e){let isInt2=x=>maskOf(nodeOf(fn,x))===2;if(!isInt2(e)||!isInt2(e.left)||!isInt2(e.right))return;let product=x=>x.kind==="binary"&&x.op==="*"&&isInt2(x.left)&&isInt2(x.right)?x:void 0,whole=product(e.left);if(whole)return rt("i64","int_mul_rem",[lowerExpr(fn,whole.left),lowerExpr(fn,whole.right),lowerExpr(fn,e.right)],e.span);if(e.left.kind!=="binary"||e.left.op!=="+"||!isInt2(e.left.left)||!isInt2(e.left.right))return;let first2=product(e.left.left),second=product(e.left.right),sum3=e.left;if(first2){let args2=[first2.left,first2.right,sum3.right,e.right].map(x=>lowerExpr(fn,x));return rt("i64","int_mul_add_rem",args2,e.span)}if(second)return seq(fn,()=>{let addend=hold(fn,lowerExpr(fn,sum3.left)),[a,b,m]=[second.left,second.right,e.right].map(x=>lowerExpr(fn,x));return rt("i64","int_mul_add_rem",[a,b,addend,m],e.span)})}function arithmetic2(op,a,b,node,span){let l=maskOf(a.node),r=maskOf(b.node);if(l===2&&r===2&&maskOf(node)===2)return rt("i64",INT_OPS[op],[a.ir,b.ir],span);let scalar2=m=>m===2||m===8;if(scalar2(l)&&scalar2(r)&&(l|r)&8){let x=toFloat64(a),y=toFloat64(b);switch(op){case"+":return num2("f64","f64.add",x,y);case"-":return num2("f64","f64.sub",x,y);case"*":return num2("f64","f64.mul",x,y);case"/":return y.op==="const"&&y.value!==0?num2("f64","f64.div",x,y):rt("f64","float_div",[x,y],span);case"%":return rt("f64","float_rem",[x,y],span)}}if(op==="+"){let isText=m=>(m&-2)===32;if(isText(l)&&isText(r))return rt("ref","str_concat",[a.ir,b.ir],span);if(isText(l)&&r&&!(r&33))return rt("ref","str_concat",[a.ir,toText(b)],span);if(isText(r)&&l&&!(l&33))return rt("ref","str_concat",[toText(a),b.ir],span);if((l&-2)===64&&(r&-2)===64)return rt("ref","list_concat",[a.ir,b.ir],span)}return unbox(rt("cell",CELL_OPS[op],[toCell(a),toCell(b)],span),node,span)}function lowerIn(fn,x,container,span){let kinds=maskOf(container.node)&-2;if(reprOf(container.node)==="ref"){if(kinds===32&&maskOf(x.node)===32)return swapped(fn,x.ir,container.ir,(v,c)=>rt("i32","str_contains",[c,v]));if(kinds===64){let elem=elementNode(fn,container.node);if(reprOf(elem)===reprOf(x.node)&&reprOf(elem)!=="ref")return swapped(fn,x.ir,container.ir,(v,c)=>rt("i32",`list_contains$${ELEMENT[reprOf(elem)].suffix}`,[c,v],span));if(reprOf(elem)==="ref"&&reprOf(x.node)==="ref")return swapped(fn,x.ir,container.ir,(v,c)=>rt("i32","list_contains$ref",[c,v],span))}if(kinds===128){let ints=intKeyed(container.node);if(ints?maskOf(x.node)===2:maskOf(x.node)===32){let find2=ints?"map_find_i64":"map_find_str";return swapped(fn,x.ir,container.ir,(v,c)=>num2("i32","i32.ne",rt("i32",find2,[c,v]),i322(0)))}if(!ints)return swapped(fn,toText(x),container.ir,(v,c)=>num2("i32","i32.ne",rt("i32","map_find_str",[c,v]),i322(0)))}}return rt("i32","cell_in",[toCell(x),toCell(container)],span)}function swapped(fn,first2,second,use){return(isPure(first2)||first2.op==="get")&&(isPure(second)||second.op==="get"||isPure(first2))?use(first2,second):seq(fn,()=>{let a=hold(fn,first2);return use(a,second)})}function indexOf(fn,base,index2,node,span,present=!1){let kinds=maskOf(base.node)&-2;if(reprOf(base.node)==="ref"){if(kinds===64){let elem=elementNode(fn,base.node),repr=reprOf(elem),read=rt(typeOf(repr),`list_get$${ELEMENT[repr].suffix}`,[base.ir,toInt(index2,span)],span);return coerce(fn,read,elem,node,span)}let group=groupOf(base.node);if(group){let items=layoutOf(fn.lo,group).slots.get("items");return indexOf(fn,{ir:load("ref",base.ir,items.offset),node:items.node},index2,node,span)}if(kinds===32)return rt("ref","str_index",[base.ir,toInt(index2,span)],span);if(kinds===128)return readEntry(fn,base,m=>findEntry(m,mapKey(base.node,index2,span)),node,span,present)}return unbox(rt("cell","cell_index",[toCell(base),toCell(index2)],span),node,span)}function findEntry(map,key){return rt("i32",intKeyed(map.node)?"map_find_i64":"map_find_str",[map.ir,key])}function readEntry(fn,map,findIt,node,span,present=!1){let val=mapValueNode(fn,map.node);return seq(fn,()=>{let entry2=newLocal(fn,"i32");emit(fn,{op:"set",local:entry2,value:findIt(map)});let found=coerce(fn,load(reprOf(val),get2(fn,entry2),0),val,node,span),missing=present?seq(fn,()=>(emit(fn,{op:"do",value:rt(void 0,"fail",[stringData(fn.lo,"a map lost a key while it was used")],span)}),zero2(node))):zero2(node);return{op:"if",type:typeOf(reprOf(node)),cond:get2(fn,entry2),then:found,else:missing}})}function fieldOf(fn,base,name,node,span){let mask=maskOf(base.node),kinds=mask&-2;if(reprOf(base.node)==="ref"&&kinds===256&&name!=="__name"){let structs2=structsOf(base.node),slots=structs2.map(s=>layoutOf(fn.lo,s).slots.get(name)),only=structs2.length===1&&!slots[0]?structs2[0]:void 0;if(only?.mergedOf)return seq(fn,()=>mergedFieldOf(fn,hold(fn,base.ir),only,name,node,span));if(only?.isGroup){let key=layoutOf(fn.lo,only).slots.get("key");return fieldOf(fn,{ir:load(key.repr,base.ir,key.offset),node:key.node},name,node,span)}if(slots.every(s=>s!==void 0)){let first2=slots[0],object=mask&1?notNull(fn,base.ir,`nil has no field \`${name}\``,span):base.ir;if(slots.every(s=>s.offset===first2.offset&&s.repr===first2.repr))return coerce(fn,load(first2.repr,object,first2.offset),first2.node,node,span)}if(slots.some(s=>s!==void 0)&&!structs2.some(s=>s.methods.has(name)))return fieldByType(fn,base,name,structs2,slots,node,span)}return reprOf(base.node)==="ref"&&kinds===128&&!intKeyed(base.node)?readEntry(fn,base,m=>findEntry(m,stringData(fn.lo,name)),node,span):unbox(rt("cell","cell_field",[toCell(base),stringData(fn.lo,name)],span),node,span)}function fieldByType(fn,base,name,structs2,slots,node,span){return seq(fn,()=>{let object=hold(fn,maskOf(base.node)&1?notNull(fn,base.ir,`nil has no field \`${name}\``,span):base.ir),id=newLocal(fn,"i32");emit(fn,{op:"set",local:id,value:typeId(object)});let result=zero2(node);return structs2.forEach((s,i)=>{let slot=slots[i];slot&&(result={op:"if",type:typeOf(reprOf(node)),cond:num2("i32","i32.eq",get2(fn,id),i322(layoutOf(fn.lo,s).typeId)),then:coerce(fn,load(slot.repr,object,slot.offset),slot.node,node,span),else:result})}),result})}function typeId(object){return{op:"load",type:"i32",code:"i32.load16_u",addr:object,offset:2}}function lowerSlice(fn,e){let base=value(fn,e.target),bound=(part,missing)=>part?toInt(value(fn,part),part.span):i642(missing),start2=bound(e.start,0n),end=bound(e.end,0x7fffffffffffffffn),kinds=maskOf(base.node)&-2;if(e.step){let step2=bound(e.step,1n);return unbox(rt("cell","cell_slice_step",[toCell(base),start2,end,step2],e.span),nodeOf(fn,e),e.span)}return reprOf(base.node)==="ref"&&kinds===32?rt("ref","str_slice",[base.ir,start2,end],e.span):reprOf(base.node)==="ref"&&kinds===64?rt("ref","list_slice",[base.ir,start2,end],e.span):unbox(rt("cell","cell_slice",[toCell(base),start2,end],e.span),nodeOf(fn,e),e.span)}function lowerList(fn,e){let node=nodeOf(fn,e),elem=elementNode(fn,node),repr=reprOf(elem),{kind,size}=ELEMENT[repr],make=rt("ref","list_new",[i322(kind),i322(e.items.length)]);return e.items.length===0?make:seq(fn,()=>{let list=newLocal(fn,"ref");emit(fn,{op:"set",local:list,value:make});let buffer=()=>asI32(load("ref",get2(fn,list),12)),constant2=constantBytes(fn,e.items,elem);if(constant2){let name=`list:${fn.lo.counter++}`;addData(fn.lo,{name,align:8,bytes:constant2,relocs:[]}),emit(fn,{op:"memoryCopy",to:num2("i32","i32.add",buffer(),i322(8)),from:{op:"data",type:"i32",name},bytes:i322(constant2.length)})}else e.items.forEach((item,i)=>{let v=coerce(fn,lowerPlaced(fn,item),nodeOf(fn,item),elem,item.span),held=hold(fn,v);emit(fn,store(repr,buffer(),8+i*size,held))});return emit(fn,{op:"store",code:"i32.store",addr:get2(fn,list),offset:4,value:i322(e.items.length)}),get2(fn,list)})}function constantBytes(fn,items,elem){let repr=reprOf(elem);if(items.length<6||repr!=="i64"&&repr!=="f64")return;let bytes=new Uint8Array(items.length*8),view=new DataView(bytes.buffer);for(let[i,item]of items.entries()){let v=lowerLiteral(fn,item);if(v===void 0)return;if(repr==="i64"){if(typeof v!="bigint")return;view.setBigInt64(i*8,v,!0)}else view.setFloat64(i*8,Number(v),!0)}return bytes}function lowerLiteral(fn,e){if(e.kind==="int"||e.kind==="float")return e.value;if(e.kind==="unary"&&e.op==="-"){let v=lowerLiteral(fn,e.operand);return typeof v=="bigint"?-v:v===void 0?void 0:-v}}function lowerMap(fn,e){let node=nodeOf(fn,e),make=newMap(fn,node);if(e.entries.length===0)return make;let val=mapValueNode(fn,node);return seq(fn,()=>{let map=newLocal(fn,"ref");emit(fn,{op:"set",local:map,value:make});for(let{key,value:item}of e.entries){let k=hold(fn,mapKey(node,value(fn,key),key.span)),v=hold(fn,coerce(fn,lowerPlaced(fn,item),nodeOf(fn,item),val,item.span)),entry2=newLocal(fn,"i32"),put=intKeyed(node)?"map_put_i64":"map_put_str";emit(fn,{op:"set",local:entry2,value:rt("i32",put,[get2(fn,map),k])}),emit(fn,store(reprOf(val),get2(fn,entry2),0,v))}return get2(fn,map)})}function structOfName(fn,name){let{types}=fn.lo.program,alias=types.aliases.get(name);return types.structs.get(name)??types.structs.get(alias?.kind==="name"?alias.name:"")}function newStruct2(fn,struct,fields){let layout=layoutOf(fn.lo,struct),head=header(KIND.STRUCT,{typeId:layout.typeId});if(layout.order.length===0){let name=`variant:${layout.typeId}`;if(!fn.lo.module.data.has(name)){let bytes=new Uint8Array(8);new DataView(bytes.buffer).setUint32(0,head>>>0,!0),addData(fn.lo,{name,align:4,bytes,relocs:[]})}return{op:"data",type:"ref",name}}return seq(fn,()=>{let values2=new Map;for(let f of fields){let slot=layout.slots.get(f.name);if(!slot)continue;let v=coerce(fn,lowerPlaced(fn,f.value),nodeOf(fn,f.value),slot.node,f.value.span);values2.set(f.name,hold(fn,v))}let object=newLocal(fn,"ref");emit(fn,{op:"set",local:object,value:alloc(layout.size,head)});for(let slot of layout.order)emit(fn,store(slot.repr,get2(fn,object),slot.offset,values2.get(slot.name)??zero2(slot.node)));return get2(fn,object)})}function lowerMatch(fn,e){let node=nodeOf(fn,e),subject=value(fn,e.value);return seq(fn,()=>{let held={ir:hold(fn,subject.ir),node:subject.node},result=newLocal(fn,typeOf(reprOf(node)));emit(fn,{op:"set",local:result,value:zero2(node)});let end=newLabel(fn),body=collect2(fn,()=>{for(let arm of e.arms){let next=newLabel(fn),code=collect2(fn,()=>{if(matchPattern(fn,arm.pattern,held,next),arm.body.kind==="expr"){let v=coerce(fn,lowerPlaced(fn,arm.body.expr),nodeOf(fn,arm.body.expr),node,arm.span);emit(fn,{op:"set",local:result,value:v})}else lowerStmts(fn,arm.body.block.body);emit(fn,{op:"br",label:end})});emit(fn,{op:"block",label:next,body:code})}});return emit(fn,{op:"block",label:end,body}),get2(fn,result)})}function matchPattern(fn,pattern,subject,fail2){if(pattern.kind==="wildcard")return;let plan=fn.info.patterns.get(pattern);if(!plan){emit(fn,{op:"br",label:fail2});return}if(plan.kind==="value"){let same2=equal(fn,subject,value(fn,plan.expr));emit(fn,{op:"brIf",label:fail2,cond:num2("i32","i32.eqz",same2)});return}let layout=layoutOf(fn.lo,plan.struct),object=hold(fn,structRef(subject));maskOf(subject.node)===256&&structsOf(subject.node).every(s=>s===plan.struct)||emit(fn,{op:"brIf",label:fail2,cond:num2("i32","i32.ne",typeId(object),i322(layout.typeId))}),pattern.kind==="variant"&&pattern.args.forEach((a,i)=>{let slot=layout.order[i];if(!slot||a.pattern.kind==="wildcard")return;let read=load(slot.repr,object,slot.offset),sym=fn.info.syms.get(a.id);if(sym){let shared=maskOf(slot.node)&64?shareValue(read):read;bindSym(fn,sym,coerce(fn,shared,slot.node,sym.node),void 0)}else matchPattern(fn,a.pattern,{ir:hold(fn,read),node:slot.node},fail2)})}function structRef(subject){switch(reprOf(subject.node)){case"ref":return subject.ir;case"cell":return rt("ref","cell_struct",[subject.ir]);default:return nullRef}}function lowerProgram(program,options){let funs=allFuns2(program),lo={program,module:emptyModule(),solver:program.solver,queue:[],queued:new Set,layouts:new Map,descriptors:[],globals:new Map,borrowed:borrowedParams(funs),growth:listGrowth(funs),text:options.text,mode:options.mode,counter:0};for(program.globals.forEach((sym,i)=>{if(!sym.global)return;let name=`g.${sym.name}.${i}`,type=typeOf(reprOf(sym.node));lo.globals.set(sym,name),lo.module.globals.set(name,{name,type,mutable:!0,init:type==="i64"||type==="cell"?0n:0})}),needFun(lo,program.main);lo.queue.length;){let info=lo.queue.shift();addFunc(lo,info===program.main?lowerMain(lo,info):lowerFun(lo,info))}return addFunc(lo,entry()),lo.module.exports.set("_start","_start"),lo.module.exports.set("mochi.flush","rt.flush"),addData(lo,{name:"rt.type_table",align:4,bytes:new Uint8Array(4*(lo.descriptors.length+1)),relocs:lo.descriptors.map((data,i)=>({at:4*(i+1),data}))}),lo.module}function addFunc(lo,func){lo.module.funcs.set(func.name,func)}function allFuns2(program){let found=new Set,visit=f=>{if(!found.has(f)){found.add(f);for(let g of f.funs.values())visit(g);for(let c of f.calls.values())(c.kind==="direct"||c.kind==="partial")&&visit(c.fun);for(let r of f.refs.values())r.kind==="fun"&&visit(r.fun)}};visit(program.main);for(let s of program.structs)for(let m of s.methods.values())visit(m);return[...found]}function entry(){return{name:"_start",params:[],result:void 0,locals:[],body:[{op:"do",value:rt(void 0,"start",[])},{op:"do",value:{op:"call",type:void 0,func:"main",args:[]}},{op:"do",value:rt(void 0,"flush",[])}],inline:"never"}}function newFn(lo,info){return{lo,info,locals:[],localNames:[],places:new Map,closures:new Map,out:[],labels:0,tail:void 0,loops:[]}}function lowerMain(lo,info){let fn=newFn(lo,info),{body}=lo.program;if(lo.mode==="run")return lowerStmts(fn,body),finishFunc(fn,info.name,[],void 0,fn.out);emit(fn,{op:"do",value:rt(void 0,"quiet",[i322(1)])}),lowerStmts(fn,body.filter(s=>s.kind!=="test")),emit(fn,{op:"do",value:rt(void 0,"quiet",[i322(0)])});let chosen=newLocal(fn,"i64","test");return emit(fn,{op:"set",local:chosen,value:rt("i64","arg_i64",[i322(1)])}),lo.program.tests.forEach((test,i)=>{let then=collect2(fn,()=>lowerBlock(fn,test.stmt.body));emit(fn,{op:"if",cond:num2("i32","i64.eq",get2(fn,chosen),i642(BigInt(i))),then,else:[]})}),finishFunc(fn,info.name,[],void 0,fn.out)}function lowerFun(lo,info){let fn=newFn(lo,info),params=[],param=(type,name)=>(params.push(type),newLocal(fn,type,name)),env=hasEnv(info)?param("ref","env"):void 0,self=info.self?param("ref","self"):void 0,locals=info.params.map(p=>param(typeOf(reprOf(p.node)),p.name));env!==void 0&&openEnv(fn,env),self!==void 0&&copyFields(fn,self),info.params.forEach((p,i)=>{bindSym(fn,p,get2(fn,locals[i]),locals[i])});let result=resultType(info.result);if(info.lambda?.expr){let value2=lowerPlaced(fn,info.lambda.expr),node=info.nodes.get(info.lambda.expr.id);result?emit(fn,{op:"return",value:coerce(fn,value2,node,info.result,info.lambda.expr.span)}):value2.op!=="const"&&emit(fn,{op:"do",value:value2})}else{let body2=info.decl?.body??info.lambda?.block;info.kind==="named"&&info.funs.size===0&&!info.params.some(isBoxed)&&endsInItself(info,body2)&&(fn.tail={label:newLabel(fn),params:locals}),lowerStmts(fn,body2?.body??[]),result&&(info.fallsThrough&&maskOf(info.result)&1?emit(fn,{op:"return",value:result==="ref"?nullRef:nullCell}):emit(fn,{op:"unreachable",span:info.span}))}let body=fn.tail?[{op:"loop",label:fn.tail.label,body:fn.out}]:fn.out;return finishFunc(fn,needFun(lo,info),params,result,body)}function endsInItself(info,body){if(typeof body!="object"||body===null)return!1;if(Array.isArray(body))return body.some(x=>endsInItself(info,x));let s=body;if(s.kind==="return"&&"value"in s&&s.value?.kind==="call"){let plan=info.calls.get(s.value.id);if(plan?.kind==="direct"&&plan.fun===info&&s.value.args.length===info.params.length)return!0}return Object.values(body).some(x=>endsInItself(info,x))}function openEnv(fn,env){for(let slot of envSlots(fn.info)){let repr=slot.repr,local=newLocal(fn,typeOf(repr),slot.name);if(emit(fn,{op:"set",local,value:load(repr,get2(fn,env),slot.offset)}),slot.fun)fn.closures.set(slot.fun,local);else if(slot.sym){let place=isBoxed(slot.sym)?{kind:"box",local,repr:reprOf(slot.sym.node)}:{kind:"local",local,repr};fn.places.set(slot.sym,place)}}fn.info.kind==="named"&&fn.closures.set(fn.info,env)}function copyFields(fn,self){let layout=layoutOf(fn.lo,fn.info.self);for(let[name,sym]of fn.info.fieldSyms){let slot=layout.slots.get(name);bindSym(fn,sym,coerce(fn,load(slot.repr,get2(fn,self),slot.offset),slot.node,sym.node),void 0)}}function bindSym(fn,sym,value2,paramLocal){let repr=reprOf(sym.node),global=fn.lo.globals.get(sym);if(global!==void 0){emit(fn,{op:"setGlobal",name:global,value:value2});return}if(isBoxed(sym)){makeBox(fn,sym,value2);return}let known=fn.places.get(sym),local=paramLocal??(known?.kind==="local"?known.local:newLocal(fn,typeOf(repr),sym.name));paramLocal===void 0&&emit(fn,{op:"set",local,value:value2}),fn.places.set(sym,{kind:"local",local,repr})}function printModule(module){let lines=[];for(let[name,func]of module.exports)lines.push(`export ${JSON.stringify(name)} = ${func}`);for(let f of module.imports.values())lines.push(`import ${f.name} = ${f.module}.${f.field}(${f.params.join(", ")})${f.result?`: ${f.result}`:""}`);for(let g of module.globals.values())lines.push(`global ${g.mutable?"var":"let"} ${g.name}: ${g.type} = ${g.init}`);for(let d of module.data.values()){let bytes=Array.from(d.bytes.subarray(0,64),printByte).join(""),more=d.bytes.length>64?`... (${d.bytes.length} bytes)`:"",relocs=d.relocs.map(r=>` @${r.at}=${"data"in r?JSON.stringify(r.data):r.func}`).join("");lines.push(`data ${JSON.stringify(d.name)} align ${d.align} "${bytes}"${more}${relocs}`)}for(let func of module.funcs.values())lines.push("",printFunc(func));return`${lines.join(`
`)}
`}function printByte(byte){return byte>=32&&byte<127&&byte!==34&&byte!==92?String.fromCharCode(byte):`\\${byte.toString(16).padStart(2,"0")}`}function printFunc(func){let name=local=>localName(func,local),params=func.params.map((type,i)=>`${name(i)}: ${type}`).join(", "),marks=`${func.inline?` inline(${func.inline})`:""}${func.display?` as ${JSON.stringify(func.display)}`:""}`,out=[`func ${func.name}(${params})${func.result?`: ${func.result}`:""}${marks} {`];for(let i=func.params.length;i<func.locals.length;i++)out.push(`  local ${name(i)}: ${func.locals[i]}`);return printBody(func.body,1,name,out),out.push("}"),out.join(`
`)}function localName(func,local){let given=func.localNames?.[local];return given?`${given}.${local}`:`$${local}`}function printBody(body,depth,name,out){let indent="  ".repeat(depth);for(let s of body)switch(s.op){case"set":out.push(`${indent}${name(s.local)} = ${printExpr(s.value,name,depth)}`);break;case"setGlobal":out.push(`${indent}@${s.name} = ${printExpr(s.value,name,depth)}`);break;case"store":out.push(`${indent}${s.code}${offset(s.offset)} ${printExpr(s.addr,name,depth)} ${printExpr(s.value,name,depth)}`);break;case"do":out.push(`${indent}do ${printExpr(s.value,name,depth)}`);break;case"keep":out.push(`${indent}keep ${printExpr(s.value,name,depth)}`);break;case"if":out.push(`${indent}if ${printExpr(s.cond,name,depth)} {`),printBody(s.then,depth+1,name,out),s.else.length>0&&(out.push(`${indent}} else {`),printBody(s.else,depth+1,name,out)),out.push(`${indent}}`);break;case"block":case"loop":out.push(`${indent}${s.op} L${s.label} {`),printBody(s.body,depth+1,name,out),out.push(`${indent}}`);break;case"br":out.push(`${indent}br L${s.label}`);break;case"brIf":out.push(`${indent}br L${s.label} if ${printExpr(s.cond,name,depth)}`);break;case"switch":out.push(`${indent}switch ${printExpr(s.value,name,depth)} [${s.labels.map(l=>`L${l}`).join(" ")}] else L${s.otherwise}`);break;case"return":out.push(`${indent}return${s.value?` ${printExpr(s.value,name,depth)}`:""}`);break;case"unreachable":out.push(`${indent}unreachable`);break;case"memoryCopy":out.push(`${indent}memory.copy ${[s.to,s.from,s.bytes].map(e=>printExpr(e,name,depth)).join(" ")}`);break;case"memoryFill":out.push(`${indent}memory.fill ${[s.to,s.byte,s.bytes].map(e=>printExpr(e,name,depth)).join(" ")}`);break;default:assertNever(s)}}var offset=value2=>value2===0?"":`+${value2}`;function printExpr(e,name=local=>`$${local}`,depth=0){let show=part=>printExpr(part,name,depth),list=parts=>parts.map(part=>` ${show(part)}`).join("");switch(e.op){case"const":{let text=Object.is(e.value,-0)?"-0":String(e.value);return e.type==="i32"?text:`${text}:${e.type}`}case"get":return name(e.local);case"global":return`@${e.name}`;case"num":return`(${e.code}${list(e.args)})`;case"as":return`(as ${e.type} ${show(e.value)})`;case"load":return`(${e.code}${offset(e.offset)}${e.code.startsWith(e.type)?"":`:${e.type}`} ${show(e.addr)})`;case"call":return`(${e.func}${list(e.args)})`;case"callIndirect":return`(indirect ${show(e.target)}${list(e.args)})`;case"funcIndex":return`&${e.func}`;case"data":return`&${JSON.stringify(e.name)}`;case"if":return`(if ${show(e.cond)} ${show(e.then)} ${show(e.else)})`;case"select":return`(select ${show(e.cond)} ${show(e.then)} ${show(e.else)})`;case"seq":{let lines=[];printBody(e.body,depth+1,name,lines);let value2=printExpr(e.value,name,depth+1);return`{
${lines.join(`
`)}
${"  ".repeat(depth+1)}-> ${value2}
${"  ".repeat(depth)}}`}case"memorySize":return"memory.size";case"memoryGrow":return`(memory.grow ${show(e.pages)})`;default:return assertNever(e)}}var MAX_NESTING=200,MAX_OPERATORS=500,MAX_ERRORS=50,ABORT={abort:"the rest of this statement cannot be parsed"},STOP={stop:"too many errors"};function isAbort(thrown){return thrown===ABORT}function isStop(thrown){return thrown===STOP}function at(p,tag,ahead=0){return p.tag[p.pos+ahead]===tag}function atWord(p,word2,ahead=0){let i=p.pos+ahead;return p.tag[i]===NAME&&p.tokens.value[i]===word2}function accept(p,tag){return p.tag[p.pos]!==tag?!1:(p.pos++,!0)}function acceptWord(p,word2){return atWord(p,word2)?(p.pos++,!0):!1}function here(p){return p.tokens.start[p.pos]}function spanFrom(p,start2){return{file:p.file,start:start2,end:p.pos>0?Math.max(start2,p.tokens.end[p.pos-1]):start2}}function tokenSpan(p,index2=p.pos){return{file:p.file,start:p.tokens.start[index2],end:p.tokens.end[index2]}}function newId(p){return p.ids.next++}function startsLine(p,ahead=0){return p.tokens.first[p.pos+ahead]===1}function report(p,code,title,span,hint,others=[]){if(p.diagnostics.at(-1)?.labels[0]?.span.start===span.start)return;let labels=[{span},...others];if(p.diagnostics.push(hint===void 0?{severity:"error",code,title,labels}:{severity:"error",code,title,labels,hint}),p.diagnostics.length>=MAX_ERRORS)throw STOP}function fail(p,code,title,span,hint,others=[]){throw report(p,code,title,span,hint,others),ABORT}function giveUp(){throw ABORT}function describe2(p){let value2=p.tokens.value[p.pos];switch(p.tag[p.pos]){case END:return"the end of the file";case STRING:return"a string";case INT:case FLOAT:return`the number \`${String(value2)}\``;case NAME:return`\`${String(value2)}\``;default:return`\`${p.tag[p.pos]}\``}}function failExpected(p,code,what,hint){let others=[];if(p.tag[p.pos]===END){let open=p.openBlocks.at(-1);open!==void 0&&others.push({span:tokenSpan(p,open),text:"this block is still open"})}return fail(p,code,`expected ${what}, found ${describe2(p)}`,tokenSpan(p),hint??continuationHint(p),others)}function continuationHint(p){for(let i=p.pos;i>0&&i>p.pos-40;i--){let tag=p.tag[i];if(p.tokens.first[i]===1)return tag==="-"||tag==="("||tag==="["?`a line that starts with \`${tag}\` continues the expression before it; newlines and \`;\` separate nothing`:void 0}}function expect(p,tag,code,what,hint){p.tag[p.pos]!==tag&&failExpected(p,code,`\`${tag}\` ${what}`,hint),p.pos++}function expectClose(p,tag,code,what,open){if(p.tag[p.pos]===tag){p.pos++;return}let title=`expected \`${tag}\` ${what}, found ${describe2(p)}`,others=[];p.text.slice(open,here(p)).includes(`
`)&&others.push({span:{file:p.file,start:open,end:open+1},text:"opened here"}),fail(p,code,title,tokenSpan(p),continuationHint(p),others)}function expectWord(p,word2,what){acceptWord(p,word2)||failExpected(p,"P999",`\`${word2}\` ${what}`)}function parseName(p,what,code="P030"){let i=p.pos;if(p.tag[i]!==NAME){let word2=p.tag[i];if(RESERVED.has(word2)){let again=word2==="let"||word2==="var";fail(p,again?"P056":code,`\`${word2}\` cannot be ${what}`,tokenSpan(p),again?`remove the \`${word2}\``:`\`${word2}\` is a reserved word: choose another name, such as \`${word2}_\``)}failExpected(p,code,what)}return p.pos++,{text:p.tokens.value[i],span:tokenSpan(p,i)}}function parseText(p,what){return p.tag[p.pos]!==STRING&&failExpected(p,"P999",what),p.tokens.value[p.pos++]}function enter(p){if(++p.depth>MAX_NESTING)throw report(p,"P090",`more than ${MAX_NESTING} constructs are nested here`,tokenSpan(p),"split the program into functions and variables"),STOP}function grow(p,operators=1){if(p.height+=operators,p.height>MAX_OPERATORS)throw report(p,"P090",`more than ${MAX_OPERATORS} operators are applied on top of each other here`,tokenSpan(p),"split the expression with variables, or use a list and a loop"),STOP}function attempt(p,rule){let{pos,depth,height,inHead,emptyLiteral}=p,errors=p.diagnostics.length,open=p.openBlocks.length;try{return rule(p)}catch(thrown){if(thrown!==ABORT)throw thrown;Object.assign(p,{pos,depth,height,inHead,emptyLiteral}),p.diagnostics.length=errors,p.openBlocks.length=open;return}}var STATEMENT_WORDS=new Set("test expect agent on stream emit type fun extern import return break continue let var if for while export fact rule package".split(" "));function synchronise(p,from){p.pos<=from&&p.tag[p.pos]!==END&&p.tag[p.pos]!=="}"&&(p.pos=from+1);let braces=0;for(let i=from;i<p.pos;i++)braces+=p.tag[i]==="{"?1:p.tag[i]==="}"?-1:0;let margin=p.tokens.first[from]===1?indentation(p,from):0;for(;;p.pos++){let tag=p.tag[p.pos];if(tag===END)return;if(tag==="{")braces++;else if(tag==="}"){if(braces<=0||p.tokens.first[p.pos]===1&&indentation(p,p.pos)<margin)return;braces--}else if(p.tokens.first[p.pos]===1&&(tag===NAME||STATEMENT_WORDS.has(tag))){let indent=braces<=0?0:indentation(p,p.pos);if(braces<=0||indent<margin||indent===margin&&tag!==NAME)return}}}function indentation(p,index2){let start2=p.tokens.start[index2];return start2===0?0:start2-p.text.lastIndexOf(`
`,start2-1)-1}function atType(p,ahead=0){return at(p,NAME,ahead)||at(p,"fun",ahead)&&at(p,"(",ahead+1)||at(p,"{",ahead)}function parseType(p){return typeExpr(p,!1)}function parseCastType(p){return typeExpr(p,!0)}function typeExpr(p,afterAs){enter(p);let start2=here(p),type=baseType(p,start2,afterAs);return p.depth--,accept(p,"?")?{kind:"option",inner:type,span:spanFrom(p,start2)}:type}function baseType(p,start2,afterAs){if(at(p,"fun")&&at(p,"(",1)){p.pos+=2;let params=[];if(!at(p,")"))do params.push(parseType(p));while(accept(p,","));expect(p,")","P052","after the parameter types");let result=accept(p,":")?typeExpr(p,afterAs):void 0;return{kind:"fun",params,...result&&{result},span:spanFrom(p,start2)}}if(at(p,"{")&&(at(p,"}",1)||at(p,":",2))){p.pos++;let fields=parseFields(p,"}");return expect(p,"}","P001","after the fields"),{kind:"record",fields,span:spanFrom(p,start2)}}at(p,NAME)||failExpected(p,"P999","a type");let name=parseName(p,"a type");if(at(p,"<")){let args2=afterAs?attempt(p,()=>typeArgs(p,!1)):typeArgs(p,!0);if(args2!==void 0)return{kind:"generic",name:name.text,args:args2,span:spanFrom(p,start2)}}return{kind:"name",name:name.text,span:name.span}}function typeArgs(p,split){p.pos++;let args2=[];do args2.push(typeExpr(p,!split));while(accept(p,","));return split&&at(p,">=")&&splitToken(p),expect(p,">","P999","after the type arguments"),args2}function splitToken(p){let t=p.tokens,mark=t.tag[p.pos],start2=t.start[p.pos];t.tag.splice(p.pos,1,mark.charAt(0),mark.charAt(1)),t.start.splice(p.pos,1,start2,start2+1),t.end.splice(p.pos,1,start2+1,start2+2),t.first.splice(p.pos,1,t.first[p.pos],0),t.value.splice(p.pos,1,void 0,void 0),shiftKeys(t.bytes,p.pos),shiftKeys(t.docs,p.pos)}function shiftKeys(map,pos){let later=[...map].filter(([index2])=>index2>pos);for(let[index2]of later)map.delete(index2);for(let[index2,value2]of later)map.set(index2+1,value2)}function parseFields(p,close){let fields=[];for(;!at(p,close);)fields.push(parseField(p)),accept(p,",");return fields}function parseField(p){let name=parseName(p,"a field name");return expect(p,":","P999",`and a type after the field name \`${name.text}\``),{name,type:parseType(p)}}function parseParams(p){expect(p,"(","P052","before the parameters");let params=[];if(!at(p,")"))do{if(at(p,")")){report(p,"P051","a comma after the last parameter",tokenSpan(p,p.pos-1),"remove the comma");break}let name=parseName(p,"a parameter name"),type=accept(p,":")?parseType(p):void 0;params.push({id:newId(p),name,...type&&{type}}),at(p,"=")&&failExpected(p,"P054","`,` or `)`","parameters have no default values")}while(accept(p,","));return expect(p,")","P052","after the parameters","parameters are written `name: type`, separated by commas"),params}function parseTypeParams(p){let names=[];if(accept(p,"<")){do names.push(parseName(p,"a type parameter"));while(accept(p,","));expect(p,">","P999","after the type parameters")}return names}function parseResult(p){return accept(p,":")?parseType(p):void 0}function parseEffects(p){let names=[];if(accept(p,"!"))do names.push(parseName(p,"an effect"));while(accept(p,","));return names}function atQuery(p){return at(p,NAME,1)&&at(p,"in",2)}function parseQuery(p){let start2=here(p),froms=[];for(;atWord(p,"from")&&(froms.length===0||atQuery(p));)p.pos++,froms.push(parseBinding(p));let joins=[];for(let side=joinSide(p);side!==void 0;side=joinSide(p))joins.push(parseJoin(p,side));let where=acceptWord(p,"where")?parseExpr(p):void 0,group=atWord(p,"group")&&atWord(p,"by",1)?parseGroup(p):void 0,sort;(atWord(p,"sort")||atWord(p,"order"))&&atWord(p,"by",1)&&(p.pos+=2,sort=parseExpr(p));let skip=acceptWord(p,"skip")?parseExpr(p):void 0,take=acceptWord(p,"take")?parseExpr(p):void 0;acceptWord(p,"select")||failExpected(p,"P999","`select` to end the query","the clauses of a query come in this order: from, join, where, group by, sort by, skip, take, select");let distinct=atWord(p,"distinct")&&atOperand(p,1);distinct&&p.pos++;let select=parseExpr(p);return{kind:"query",id:newId(p),froms,joins,...where&&{where},...group&&{group},...sort&&{sort},...skip&&{skip},...take&&{take},distinct,select,span:spanFrom(p,start2)}}function parseBinding(p){let name=parseName(p,"a variable name");expect(p,"in","P999",`and a list after \`${name.text}\``);let source=parseExpr(p);return{id:newId(p),name,source}}function joinSide(p){if(atWord(p,"join"))return"inner";if(atWord(p,"join",1))return["left","right","outer"].find(side=>atWord(p,side))}function parseJoin(p,side){let start2=here(p);p.pos+=side==="inner"?1:2,atWord(p,"from")&&at(p,NAME,1)&&p.pos++;let binding=parseBinding(p);expect(p,"on","P999","and a condition after the joined list");let on=parseExpr(p);return{...binding,side,on,span:spanFrom(p,start2)}}function parseGroup(p){p.pos+=2;let keys2=[];do keys2.push(parseExpr(p));while(accept(p,","));expectWord(p,"into","and a name for the group");let into=parseName(p,"a name for the group"),having=acceptWord(p,"having")?parseExpr(p):void 0;return{id:newId(p),keys:keys2,into,...having&&{having}}}function parseMatch(p){let start2=here(p);p.pos++;let value2=parseHead(p),open=p.pos;expect(p,"{","P001","before the arms of the match");let inHead=p.inHead;p.inHead=!1,p.openBlocks.push(open);let arms=[];for(;!at(p,"}");)arms.push(parseArm(p)),at(p,",")&&(report(p,"P051","a comma after a match arm",tokenSpan(p),"the arms of a match follow each other without commas"),p.pos++);return p.pos++,p.openBlocks.pop(),p.inHead=inHead,{kind:"match",id:newId(p),value:value2,arms,span:spanFrom(p,start2)}}function parseArm(p){let start2=here(p),pattern=parsePattern(p);expect(p,"=>","P011","after the pattern"),at(p,"}")&&fail(p,"P061","this match arm has no result",spanFrom(p,start2),"write an expression or a `{ ... }` block after `=>`");let body=at(p,"{")?parseArmBody(p):{kind:"expr",expr:parseExpr(p)};return{pattern,body,span:spanFrom(p,start2)}}function parseArmBody(p){let start2=here(p),open=p.pos;if(p.pos++,at(p,"}"))return{kind:"expr",expr:parseExprFrom(p,parseMapRest(p,start2,void 0),start2)};if(!atOperand(p)||at(p,"if")||at(p,"fetch")||atContextualStatement(p))return{kind:"block",block:parseBlockRest(p,open)};let keyStart=here(p),first2=parseKey(p);return at(p,":")?{kind:"expr",expr:parseExprFrom(p,parseMapRest(p,start2,first2),start2)}:{kind:"block",block:parseBlockRest(p,open,{expr:first2,start:keyStart})}}function parsePattern(p){let start2=p.pos,pattern=simplePattern(p);return pattern!==void 0&&at(p,"=>")?pattern:badPattern(p,start2)}function badPattern(p,start2){let errors=p.diagnostics.length,stopped=p.pos;if(p.pos=start2,atOperand(p)){try{parseExpr(p)}catch(thrown){if(!isAbort(thrown))throw thrown;giveUp()}if(at(p,"=>")){p.diagnostics.length=errors;let span=spanFrom(p,p.tokens.start[start2]);fail(p,"P063","this is not a pattern",span,"a pattern is a literal, a name, `_`, or a variant with names for its fields, such as `Node(left, right)`")}}else p.pos=start2,failExpected(p,at(p,END)?"P001":"P999","a pattern or `}`");return p.pos=Math.max(stopped,start2),failExpected(p,"P011","`=>` after the pattern")}function simplePattern(p){let start2=here(p);switch(p.tag[p.pos]){case NAME:{let name=parseName(p,"a pattern");if(accept(p,"(")){let args2=patternArgs(p);return args2&&{kind:"variant",name,args:args2,span:spanFrom(p,start2)}}return name.text==="_"?{kind:"wildcard",span:name.span}:{kind:"name",name,span:name.span}}case INT:case FLOAT:case STRING:case"true":case"false":case"none":case"-":return at(p,"-")&&!at(p,INT,1)&&!at(p,FLOAT,1)?void 0:{kind:"literal",value:literal(p),span:spanFrom(p,start2)};case"(":{enter(p),p.pos++;let inner=simplePattern(p);return p.depth--,inner!==void 0&&accept(p,")")?inner:void 0}default:return}}function patternArgs(p){let args2=[];if(accept(p,")"))return args2;enter(p);let complete=!0;do{let id=newId(p),pattern=simplePattern(p);complete=pattern!==void 0,pattern!==void 0&&args2.push({id,pattern})}while(complete&&accept(p,","));return p.depth--,complete&&accept(p,")")?args2:void 0}function literal(p){let start2=here(p);if(accept(p,"-")){let operand=literal(p);return{kind:"unary",id:newId(p),op:"-",operand,span:spanFrom(p,start2)}}let i=p.pos++,value2=p.tokens.value[i],span=tokenSpan(p,i);switch(p.tag[i]){case INT:return{kind:"int",id:newId(p),value:value2,span};case FLOAT:return{kind:"float",id:newId(p),value:value2,span};case STRING:{let bytes=p.tokens.bytes.get(i);return{kind:"string",id:newId(p),value:value2,...bytes&&{bytes},span}}case"none":return{kind:"none",id:newId(p),span};default:return{kind:"bool",id:newId(p),value:p.tag[i]==="true",span}}}function parsePred(p){let start2=here(p),name=parseName(p,"a predicate name");expect(p,"(","P052",`after the predicate name \`${name.text}\``);let terms=[];if(!at(p,")"))do terms.push(parseTerm(p));while(accept(p,","));return expect(p,")","P052","after the terms"),{name,terms,span:spanFrom(p,start2)}}function parseTerm(p){let i=p.pos,value2=p.tokens.value[i],span=tokenSpan(p);switch(p.tag[i]){case NAME:return p.pos++,{kind:"name",name:value2,span};case STRING:return p.pos++,{kind:"string",value:value2,span};case INT:return p.pos++,{kind:"int",value:value2,span};default:return failExpected(p,"P999","a name, a string or an int")}}function parseLogicQuery(p){let start2=here(p);p.pos++;let pred=parsePred(p);return{kind:"logicQuery",id:newId(p),pred,span:spanFrom(p,start2)}}function parseGenerate(p){let start2=here(p);p.pos++;let what=parseName(p,"what to generate: `text`, `embedding` or a type","P999"),fields=parseInits(p,"fields");return{kind:"generate",id:newId(p),what,fields,span:spanFrom(p,start2)}}function parseFetch(p){let start2=here(p);p.pos++;let url=parseExpr(p),options=parseWith(p);return{kind:"fetch",id:newId(p),url,...options&&{with:options},span:spanFrom(p,start2)}}function parseLoad(p){let start2=here(p);p.pos++;let path=at(p,STRING)?parseText(p,"a path"):void 0;expectWord(p,"as","and a type");let type=parseType(p),options=parseWith(p),span=spanFrom(p,start2);return checkPath(p,path,start2),{kind:"load",id:newId(p),...path!==void 0&&{path},type,...options&&{with:options},span}}function parseSave(p){let start2=here(p);p.pos++;let value2=parseExpr(p),path;atWord(p,"to")&&at(p,STRING,1)&&(p.pos++,path=parseText(p,"a path"));let options=parseWith(p),span=spanFrom(p,start2);return checkPath(p,path,start2),{kind:"save",id:newId(p),value:value2,...path!==void 0&&{path},...options&&{with:options},span}}function checkPath(p,path,start2){path===""&&report(p,"P062","the path is empty",spanFrom(p,start2),"leave the path out to use standard input or output, or name a file")}var LEVEL=new Map([["union",1],["except",1],["intersect",1],["??",2],["||",3],["&&",4],["==",5],["!=",5],["in",5],["<",6],["<=",6],[">",6],[">=",6],["+",7],["-",7],["*",8],["/",8],["%",8]]);function parseExpr(p){enter(p);let outer=p.height;p.height=0;let start2=here(p),expr2=binaryRest(p,parseUnary(p),start2,1);return p.height=Math.max(outer,p.height+1),p.depth--,expr2}function parseExprFrom(p,primary,start2){return binaryRest(p,postfixRest(p,primary,start2),start2,1)}function parseInner(p){let inHead=p.inHead;p.inHead=!1;let expr2=parseExpr(p);return p.inHead=inHead,expr2}function operatorLevel(p){let tag=p.tag[p.pos];if(tag!==NAME)return LEVEL.get(tag)??0;let word2=p.tokens.value[p.pos];return(word2==="union"||word2==="except"||word2==="intersect")&&atOperand(p,at(p,"all",1)?2:1)&&!atArguments(p,1)?1:0}function atArguments(p,ahead){if(!at(p,"(",ahead))return!1;let open=p.pos+ahead,known=p.wordCalls.get(open);if(known!==void 0)return known;let{pos,height,emptyLiteral}=p,errors=p.diagnostics.length;p.pos=open+1;let isCall=attempt(p,parseInner)===void 0||!at(p,")");return Object.assign(p,{pos,height,emptyLiteral}),p.diagnostics.length=errors,p.wordCalls.set(open,isCall),isCall}function binaryRest(p,first2,start2,minimum){let left=first2;for(;;){let level=operatorLevel(p);if(level<minimum||level===0)return left;grow(p);let opSpan=tokenSpan(p),tag=p.tag[p.pos],op=tag===NAME?p.tokens.value[p.pos]:tag;p.pos++,at(p,"=")&&p.tokens.start[p.pos]===opSpan.end&&level>=7&&fail(p,"P999",`Mochi has no \`${op}=\``,{...opSpan,end:opSpan.end+1},`write the variable twice, as in \`x = x ${op} 1\``),accept(p,"all")&&op==="union"&&(op="union all");let rightStart=here(p),right=binaryRest(p,parseUnary(p),rightStart,level+1);left={kind:"binary",id:newId(p),op,left,right,opSpan,span:spanFrom(p,start2)}}}function parseUnary(p){let first2=p.pos;for(;at(p,"-")||at(p,"!");)p.pos++;let start2=here(p),last=p.pos,operand=postfixRest(p,parsePrimary(p),start2);if(last>first2){grow(p,last-first2);for(let i=last-1;i>=first2;i--){let span=spanFrom(p,p.tokens.start[i]);operand={kind:"unary",id:newId(p),op:p.tag[i],operand,span}}}return operand}function atOperand(p,ahead=0){switch(p.tag[p.pos+ahead]){case NAME:case INT:case FLOAT:case STRING:case"true":case"false":case"none":case"(":case"[":case"{":case"-":case"!":case"if":case"match":case"generate":case"fetch":case"load":case"save":return!0;case"fun":return!at(p,NAME,ahead+1);default:return!1}}function postfixRest(p,primary,start2){let target=primary;for(;;){switch(p.tag[p.pos]){case"(":{let args2=parseArgs(p);target={kind:"call",id:newId(p),callee:target,args:args2,span:spanFrom(p,start2)};break}case"[":target=parseIndex(p,target,start2);break;case".":{p.pos++;let name=parseName(p,"a field name after `.`",at(p,NAME)?"P030":"P055");target={kind:"field",id:newId(p),target,name,optional:!1,span:spanFrom(p,start2)};break}case"?":target=parseOptional(p,target,start2);break;case NAME:if(p.tokens.value[p.pos]!=="as"||!atType(p,1))return target;p.pos++,target={kind:"cast",id:newId(p),value:target,type:parseCastType(p),span:spanFrom(p,start2)};break;default:return target}grow(p)}}function parseOptional(p,target,start2){if(p.pos++,accept(p,".")){let name=parseName(p,"a field name after `?.`","P055");return{kind:"field",id:newId(p),target,name,optional:!0,span:spanFrom(p,start2)}}if(accept(p,"[")){let index2=parseInner(p);return expect(p,"]","P999","after the index"),{kind:"index",id:newId(p),target,index:index2,optional:!0,span:spanFrom(p,start2)}}return failExpected(p,"P999","`.` or `[` after `?`","there is no `a ? b : c`: write `if a then b else c`")}function parseArgs(p){let open=here(p);p.pos++;let args2=[];if(!at(p,")"))do{if(at(p,")")){report(p,"P051","a comma after the last argument",tokenSpan(p,p.pos-1),"remove the comma");break}args2.push(parseInner(p))}while(nextItem(p,")","arguments"));return expectClose(p,")","P052","after the arguments",open),args2}function nextItem(p,close,what){return accept(p,",")?!0:!at(p,close)&&atOperand(p)&&!startsLine(p)?(report(p,"P051",`expected \`,\` or \`${close}\`, found the next item`,tokenSpan(p),`separate ${what} with commas`),!0):!1}function parseIndex(p,target,start2){let open=here(p);p.pos++;let first2=at(p,":")||at(p,"]")?void 0:parseInner(p);if(first2!==void 0&&accept(p,"]"))return{kind:"index",id:newId(p),target,index:first2,optional:!1,span:spanFrom(p,start2)};let end,step2;accept(p,":")&&(end=at(p,":")||at(p,"]")?void 0:parseInner(p),accept(p,":")&&(step2=at(p,"]")?void 0:parseInner(p))),expectClose(p,"]","P999","after the index",open),first2===void 0&&end===void 0&&step2===void 0&&report(p,"P060","there is nothing between these brackets",spanFrom(p,open),"write `xs[i]` for an element, or a slice with a bound: `xs[1:]`, `xs[:3]`, `xs[1:3]`");let span=spanFrom(p,start2);return{kind:"slice",id:newId(p),target,...first2&&{start:first2},...end&&{end},...step2&&{step:step2},span}}function parsePrimary(p){let i=p.pos,start2=here(p);switch(p.tag[i]){case NAME:return at(p,"{",1)&&atStructLiteral(p)?parseStruct(p):atWord(p,"from")&&atQuery(p)?parseQuery(p):atWord(p,"query")&&at(p,NAME,1)&&at(p,"(",2)&&!startsLine(p,1)?parseLogicQuery(p):(p.pos++,{kind:"name",id:newId(p),name:p.tokens.value[i],span:tokenSpan(p,i)});case INT:return p.pos++,{kind:"int",id:newId(p),value:p.tokens.value[i],span:tokenSpan(p,i)};case FLOAT:return p.pos++,{kind:"float",id:newId(p),value:p.tokens.value[i],span:tokenSpan(p,i)};case STRING:{p.pos++;let bytes=p.tokens.bytes.get(i),value2=p.tokens.value[i];return{kind:"string",id:newId(p),value:value2,...bytes&&{bytes},span:tokenSpan(p,i)}}case"true":case"false":return p.pos++,{kind:"bool",id:newId(p),value:p.tag[i]==="true",span:tokenSpan(p,i)};case"none":return p.pos++,{kind:"none",id:newId(p),span:tokenSpan(p,i)};case"(":{p.pos++;let expr2=parseInner(p);return expectClose(p,")","P052","after the expression",start2),expr2}case"[":return parseList(p);case"{":return p.pos++,parseMapRest(p,start2,void 0);case"if":return parseIf(p);case"fun":return parseLambda(p);case"match":return parseMatch(p);case"generate":return parseGenerate(p);case"fetch":return parseFetch(p);case"load":return parseLoad(p);case"save":return parseSave(p);default:return failExpected(p,"P999","an expression",expressionHint(p))}}function expressionHint(p){switch(p.tag[p.pos]){case"+":case"-":return p.tag[p.pos-1]===p.tag[p.pos]?"there is no `++` or `--`: write `x = x + 1`":void 0;case"=":return"`=` assigns to a variable, element or field; to compare, write `==`";case END:case"}":return"the expression before this is not complete";default:return}}function atStructLiteral(p){if(at(p,NAME,2)&&at(p,":",3))return!0;if(!at(p,"}",2))return!1;if(p.inHead){if(p.notLiteral.has(p.pos))return!1;p.emptyLiteral=p.pos}return!0}function parseHead(p,...others){let saved={inHead:p.inHead,emptyLiteral:p.emptyLiteral},state={pos:p.pos,depth:p.depth,height:p.height,errors:p.diagnostics.length};p.inHead=!0,p.emptyLiteral=-1;let failure,expr2;try{expr2=parseExpr(p)}catch(thrown){if(!isAbort(thrown)||p.emptyLiteral<0)throw thrown;failure=thrown}let complete=at(p,"{")||others.some(tag=>at(p,tag));return p.emptyLiteral>=0&&(failure!==void 0||!complete)&&(p.notLiteral.add(p.emptyLiteral),p.pos=state.pos,p.depth=state.depth,p.height=state.height,p.diagnostics.length=state.errors,p.inHead=!0,expr2=parseExpr(p)),p.inHead=saved.inHead,p.emptyLiteral=saved.emptyLiteral,expr2}function parseStruct(p){let start2=here(p),name=parseName(p,"a struct name"),fields=parseInits(p,"fields");return{kind:"struct",id:newId(p),name,fields,span:spanFrom(p,start2)}}function parseInits(p,what,commas=!0){let open=here(p);expect(p,"{","P001",`before the ${what}`);let fields=[];for(;!at(p,"}");){let name=parseName(p,"a field name");if(expect(p,":","P999",`and a value after the field name \`${name.text}\``),fields.push({name,value:parseInner(p)}),!commas)accept(p,",");else if(!nextItem(p,"}",what))break}return expectClose(p,"}","P001",`after the ${what}`,open),fields}function parseList(p){let start2=here(p);p.pos++;let items=[];for(;!at(p,"]")&&(items.push(parseInner(p)),!!nextItem(p,"]","list elements")););return expectClose(p,"]","P999","after the list elements",start2),{kind:"list",id:newId(p),items,span:spanFrom(p,start2)}}function parseMapRest(p,start2,firstKey){let entries=[],key=firstKey;for(;(key!==void 0||!at(p,"}"))&&(key??=parseKey(p),expect(p,":","P999","and a value after the map key","these braces hold a map, as in `{key: value}`"),entries.push({key,value:parseInner(p)}),key=void 0,!!nextItem(p,"}","map entries")););return expectClose(p,"}","P001","after the map entries",start2),{kind:"map",id:newId(p),entries,span:spanFrom(p,start2)}}function parseKey(p){if(at(p,NAME)&&at(p,":",1)){let name=parseName(p,"a map key");return{kind:"string",id:newId(p),value:name.text,span:name.span}}return parseInner(p)}function parseIf(p){let start2=here(p);return p.pos++,parseIfRest(p,start2,parseHead(p,"then"))}function parseIfRest(p,start2,cond){let then;if(accept(p,"then")?then=parseExpr(p):(expect(p,"{","P001","or `then` after the condition"),then=parseInner(p),expect(p,"}","P001","after the expression")),!accept(p,"else"))return{kind:"if",id:newId(p),cond,then,span:spanFrom(p,start2)};let otherwise=at(p,"{")?parseBracedOrMap(p):parseExpr(p);return{kind:"if",id:newId(p),cond,then,else:otherwise,span:spanFrom(p,start2)}}function parseBracedOrMap(p){let start2=here(p);if(p.pos++,at(p,"}"))return parseExprFrom(p,parseMapRest(p,start2,void 0),start2);let first2=parseKey(p);return at(p,":")?parseExprFrom(p,parseMapRest(p,start2,first2),start2):(expect(p,"}","P001","after the expression"),first2)}function parseLambda(p){let start2=here(p);p.pos++;let typeParams=parseTypeParams(p),params=parseParams(p),result=parseResult(p),effects3=parseEffects(p),block2,expr2;at(p,"{")?block2=parseBlock(p,"of the function"):accept(p,"=>")&&(expr2=parseExpr(p));let span=spanFrom(p,start2);return{kind:"lambda",id:newId(p),typeParams,params,...result&&{result},effects:effects3,...block2&&{block:block2},...expr2&&{expr:expr2},span}}function parseWith(p){return acceptWord(p,"with")?parseExpr(p):void 0}function parseBlock(p,what){let open=p.pos;return expect(p,"{","P001",`before the body ${what}`),parseBlockRest(p,open)}function parseBlockRest(p,open,first2){enter(p);let inHead=p.inHead;p.inHead=!1,p.openBlocks.push(open);let body=[];return first2!==void 0&&body.push(finishExprStmt(p,first2.expr,first2.start)),parseStatements(p,body,"}",parseStmt),at(p,"}")||failExpected(p,"P001","`}` at the end of the block"),p.pos++,p.openBlocks.pop(),p.inHead=inHead,p.depth--,{body,span:spanFrom(p,p.tokens.start[open])}}function parseStatements(p,out,close,parse2){let{depth}=p,open=p.openBlocks.length;for(;!at(p,close)&&!at(p,END);){let from=p.pos,outer=p.height;p.height=0;try{out.push(parse2(p)),p.height=Math.max(outer,p.height)}catch(thrown){if(!isAbort(thrown))throw thrown;p.depth=depth,p.height=outer,p.inHead=!1,p.openBlocks.length=open,synchronise(p,from);let span=spanFrom(p,p.tokens.start[from]);out.push({kind:"expr",expr:{kind:"error",id:newId(p),span},span}),at(p,"}")&&close!=="}"&&p.pos++}}}function atContextualStatement(p){switch(p.tokens.value[p.pos]){case"bench":return at(p,NAME)&&at(p,STRING,1)&&at(p,"{",2);case"model":return at(p,NAME)&&at(p,NAME,1)&&at(p,"{",2);case"update":return at(p,NAME)&&at(p,NAME,1)&&atWord(p,"set",2);default:return!1}}function parseStmt(p){let start2=here(p);switch(p.tag[p.pos]){case"let":case"var":return parseLet(p);case"return":{p.pos++;let value2=atOperand(p)?parseExpr(p):void 0;return{kind:"return",...value2&&{value:value2},span:spanFrom(p,start2)}}case"if":return parseIfStmt(p);case"while":{p.pos++;let cond=parseHead(p),body=parseBlock(p,"of the loop");return{kind:"while",cond,body,span:spanFrom(p,start2)}}case"for":return parseFor(p);case"break":case"continue":return{kind:p.tag[p.pos++],span:spanFrom(p,start2)};case"fun":return at(p,NAME,1)||!atLambda(p)?parseFun(p,start2,!1):parseExprStmt(p);case"export":return parseExport(p);case"type":return parseTypeDecl(p);case"expect":return p.pos++,{kind:"expect",expr:parseExpr(p),span:spanFrom(p,start2)};case"test":return parseTest(p,"test");case"import":return parseImport(p);case"extern":return parseExtern(p);case"fact":return p.pos++,{kind:"fact",pred:parsePred(p),span:spanFrom(p,start2)};case"rule":return parseRule(p);case"stream":return parseStream(p);case"agent":return parseAgent(p);case"on":return parseOn(p);case"emit":{p.pos++;let stream=parseName(p,"a stream name"),fields=parseInits(p,"fields");return{kind:"emit",stream,fields,span:spanFrom(p,start2)}}case"fetch":return parseFetchStmt(p);case NAME:return atContextualStatement(p)?parseContextual(p):parseExprStmt(p);default:return atOperand(p)?parseExprStmt(p):failStatement(p)}}function atLambda(p){return at(p,"(",1)||at(p,"<",1)}function failStatement(p){switch(p.tag[p.pos]){case"}":return fail(p,"P053","this `}` closes nothing",tokenSpan(p),"remove it, or look for a missing `{` above");case")":case"]":return fail(p,"P052",`this \`${p.tag[p.pos]}\` closes nothing`,tokenSpan(p),"remove it, or look for a bracket too many above");case"else":return fail(p,"P999","this `else` belongs to no `if`",tokenSpan(p),"`else` follows the `}` of an `if` directly");case"package":return fail(p,"P999","`package` is not the first statement",tokenSpan(p),"move it to the top of the file");case",":return failExpected(p,"P999","a statement","commas separate items in brackets; one `let` declares one variable");default:return failExpected(p,"P999","a statement")}}function parseLet(p){let start2=here(p),doc=p.tokens.docs.get(p.pos),mutable=p.tag[p.pos++]==="var",name=parseName(p,`a variable name after \`${mutable?"var":"let"}\``,"P031"),type=accept(p,":")?parseType(p):void 0,value2=accept(p,"=")?parseExpr(p):void 0;return{kind:"let",id:newId(p),mutable,name,...type&&{type},...value2&&{value:value2},...doc!==void 0&&{doc},span:spanFrom(p,start2)}}function parseIfStmt(p){let start2=here(p);p.pos++;let cond=parseHead(p,"then");if(at(p,"then"))return finishExprStmt(p,parseExprFrom(p,parseIfRest(p,start2,cond),start2),start2);let arms=[{start:start2,cond,then:parseBlock(p,"of the `if`")}],rest;for(;accept(p,"else");){grow(p);let armStart=here(p);if(!accept(p,"if")){rest=parseBlock(p,"of the `else`");break}let armCond=parseHead(p);arms.push({start:armStart,cond:armCond,then:parseBlock(p,"of the `if`")})}let end=spanFrom(p,start2).end;for(let i=arms.length-1;;i--){let arm=arms[i],stmt2={kind:"if",cond:arm.cond,then:arm.then,...rest&&{else:rest},span:{file:p.file,start:arm.start,end}};if(i===0)return stmt2;rest=stmt2}}function parseFor(p){let start2=here(p);p.pos++;let name=parseName(p,"a variable name after `for`");expect(p,"in","P999",`after \`${name.text}\``,"loops are written `for x in xs { }` or `for i in 0..10 { }`");let iter=parseHead(p,".."),end=accept(p,"..")?parseHead(p):void 0,body=parseBlock(p,"of the loop");return{kind:"for",id:newId(p),name,iter,...end&&{end},body,span:spanFrom(p,start2)}}function parseExprStmt(p){let start2=here(p);return finishExprStmt(p,parseExpr(p),start2)}function finishExprStmt(p,expr2,start2){if(!at(p,"="))return{kind:"expr",expr:expr2,span:spanFrom(p,start2)};let path=[],target=expr2;for(;(target.kind==="field"||target.kind==="index")&&!target.optional;){let span={file:p.file,start:target.target.span.end,end:target.span.end};path.push(target.kind==="field"?{kind:"field",name:target.name,span}:{kind:"index",index:target.index,span}),target=target.target}target.kind!=="name"&&fail(p,"P999","this cannot be assigned to",expr2.span,"assign to a variable, an element `xs[i]` or a field `p.x`; to compare, write `==`"),p.pos++;let value2=parseExpr(p),name={text:target.name,span:target.span};return{kind:"assign",id:newId(p),name,path:path.reverse(),value:value2,span:spanFrom(p,start2)}}function parseTest(p,kind){let start2=here(p);p.pos++;let name=parseText(p,`the name of the ${kind}, a string`),body=parseBlock(p,`of the ${kind}`);return{kind,name,body,span:spanFrom(p,start2)}}function parseContextual(p){let start2=here(p);if(atWord(p,"bench"))return parseTest(p,"bench");if(acceptWord(p,"model")){let name2=parseName(p,"a model name"),fields=parseInits(p,"settings",!1);return{kind:"model",name:name2,fields,span:spanFrom(p,start2)}}p.pos++;let name=parseName(p,"a list variable");expectWord(p,"set","after the list to update");let setStart=here(p);expect(p,"{","P001","and the new field values after `set`");let set2=parseMapRest(p,setStart,void 0),where=acceptWord(p,"where")?parseExpr(p):void 0;return{kind:"update",name,set:set2,...where&&{where},span:spanFrom(p,start2)}}function parseFetchStmt(p){let start2=here(p);p.pos++;let url=parseExpr(p);if(acceptWord(p,"into")){let into=parseName(p,"a variable name after `into`"),options2=parseWith(p);return{kind:"fetch",url,into,...options2&&{with:options2},span:spanFrom(p,start2)}}let options=parseWith(p),expr2={kind:"fetch",id:newId(p),url,...options&&{with:options},span:spanFrom(p,start2)};return finishExprStmt(p,parseExprFrom(p,expr2,start2),start2)}function parseExport(p){let start2=here(p);return p.pos++,at(p,"fun")||failExpected(p,"P999","`fun` after `export`","only functions can be exported"),parseFun(p,start2,!0)}function parseFun(p,start2,exported){let doc=p.tokens.docs.get(exported?p.pos-1:p.pos);p.pos++;let name=parseName(p,"a function name"),typeParams=parseTypeParams(p),params=parseParams(p),result=parseResult(p),effects3=parseEffects(p);at(p,"=>")&&fail(p,"P011",`the body of the function \`${name.text}\` is not a block`,tokenSpan(p),"a named function has a body in braces: `{ return ... }`; `=>` is for `fun(x) => x`");let body=parseBlock(p,`of the function \`${name.text}\``);return{kind:"fun",id:newId(p),name,exported,typeParams,params,...result&&{result},effects:effects3,body,...doc!==void 0&&{doc},span:spanFrom(p,start2)}}function parseTypeDecl(p){let start2=here(p),doc=p.tokens.docs.get(p.pos);p.pos++;let name=parseName(p,"a type name"),equals=accept(p,"="),body;if(at(p,"{"))body=parseStructBody(p);else if(!equals)failExpected(p,"P999",`\`{\` or \`=\` after the type name \`${name.text}\``);else if(atVariants(p)){let variants=[parseVariant(p)];for(;accept(p,"|");)variants.push(parseVariant(p));body={kind:"union",variants}}else at(p,"|")&&failExpected(p,"P999","the first variant","remove the leading `|`"),body={kind:"alias",type:parseType(p)};return{kind:"type",id:newId(p),name,body,...doc!==void 0&&{doc},span:spanFrom(p,start2)}}function parseStructBody(p){p.openBlocks.push(p.pos),p.pos++;let fields=[],methods=[];for(;!at(p,"}");)at(p,"fun")?methods.push(parseFun(p,here(p),!1)):at(p,END)?failExpected(p,"P001","`}` at the end of the type"):fields.push(parseField(p)),accept(p,",");return p.pos++,p.openBlocks.pop(),{kind:"struct",fields,methods}}function atVariants(p){return at(p,NAME)?at(p,"|",1)?!0:(at(p,"(",1)||at(p,"{",1))&&(at(p,"}",2)||at(p,")",2)||at(p,NAME,2)&&at(p,":",3)):!1}function parseVariant(p){let name=parseName(p,"a variant name");if(accept(p,"(")){let fields=parseFields(p,")");return p.pos++,{name,fields,form:"paren"}}if(accept(p,"{")){let fields=parseFields(p,"}");return p.pos++,{name,fields,form:"brace"}}return{name,fields:[],form:"none"}}var LANGUAGES=new Set(["go","python","typescript","zig","lua","clj","clojure"]);function parseImport(p){let start2=here(p);p.pos++;let lang=at(p,NAME)?parseName(p,"a language"):void 0,path=parseText(p,"the path to import, a string"),alias=acceptWord(p,"as")?parseName(p,"a name for the import"):void 0,auto=acceptWord(p,"auto"),span=spanFrom(p,start2);if(lang!==void 0&&!LANGUAGES.has(lang.text)){let hint=`one of ${[...LANGUAGES].join(", ")}; leave it out to import a Mochi package`;report(p,"P064",`\`${lang.text}\` is not a language to import from`,span,hint)}return{kind:"import",...lang&&{lang},path,...alias&&{alias},auto,span}}function parseExtern(p){let start2=here(p);if(p.pos++,accept(p,"type"))return{kind:"externType",name:parseName(p,"a type name"),span:spanFrom(p,start2)};if(accept(p,"var")||accept(p,"let")){let name2=parsePath(p);expect(p,":","P999","and a type after the variable name");let type=parseType(p);return{kind:"externVar",name:name2,type,span:spanFrom(p,start2)}}if(accept(p,"fun")){let name2=parsePath(p),params=parseParams(p),result=parseResult(p);return{kind:"externFun",name:name2,params,...result&&{result},span:spanFrom(p,start2)}}return expectWord(p,"object","(or `type`, `var`, `let`, `fun`) after `extern`"),{kind:"externObject",name:parseName(p,"an object name"),span:spanFrom(p,start2)}}function parsePath(p){let path=parseName(p,"a name").text;for(;accept(p,".");)path+=`.${parseName(p,"a name after `.`","P055").text}`;return path}function parseRule(p){let start2=here(p);p.pos++;let head=parsePred(p);(!at(p,":")||!at(p,"-",1)||p.tokens.end[p.pos]!==p.tokens.start[p.pos+1])&&failExpected(p,"P999","`:-` after the head of the rule"),p.pos+=2;let conditions=[];do if(at(p,"!=",1)){let condStart=here(p),left=parseName(p,"a variable");p.pos++;let right=parseName(p,"a variable after `!=`");conditions.push({left,right,span:spanFrom(p,condStart)})}else conditions.push(parsePred(p));while(accept(p,","));return{kind:"rule",head,conditions,span:spanFrom(p,start2)}}function parseStream(p){let start2=here(p);p.pos++;let name=parseName(p,"a stream name");expect(p,"{","P001","before the fields of the stream");let fields=parseFields(p,"}");return p.pos++,{kind:"stream",name,fields,span:spanFrom(p,start2)}}function parseAgent(p){let start2=here(p);p.pos++;let name=parseName(p,"an agent name"),open=p.pos;expect(p,"{","P001","before the body of the agent"),p.openBlocks.push(open);let body=[];return parseStatements(p,body,"}",parseAgentItem),at(p,"}")||failExpected(p,"P001","`}` at the end of the agent"),p.pos++,p.openBlocks.pop(),{kind:"agent",name,body,span:spanFrom(p,start2)}}function parseAgentItem(p){if(!at(p,"intent"))return parseStmt(p);let start2=here(p);p.pos++;let name=parseName(p,"an intent name"),params=parseParams(p),result=parseResult(p),body=parseBlock(p,"of the intent");return{kind:"intent",name,params,...result&&{result},body,span:spanFrom(p,start2)}}function parseOn(p){let start2=here(p);p.pos++;let stream=parseName(p,"a stream name after `on`");expectWord(p,"as","and a variable name after the stream name");let alias=parseName(p,"a variable name"),body=parseBlock(p,"of the handler");return{kind:"on",stream,alias,body,span:spanFrom(p,start2)}}function parse(source,file,ids){let tokens=lex(source.text,file),p={tokens,tag:tokens.tag,text:source.text,file,ids,diagnostics:[],pos:0,depth:0,height:0,inHead:!1,emptyLiteral:-1,notLiteral:new Set,wordCalls:new Map,openBlocks:[]},body=[],packageName;try{packageName=parsePackage(p),parseStatements(p,body,"",parseStmt)}catch(thrown){if(!isStop(thrown))throw thrown}return{program:{file,...packageName!==void 0&&{packageName},body},diagnostics:merge(tokens.diagnostics,p.diagnostics)}}function parsePackage(p){if(at(p,"package")){p.pos++;try{return parseName(p,"a package name").text}catch(thrown){if(!isAbort(thrown))throw thrown;return}}}function merge(lexer,parser){if(lexer.some(d=>d.code==="P040"||d.code==="P042"))return[...lexer];let all=[...lexer,...parser];return lexer.length>0?all.sort((a,b)=>start(a)-start(b)):all}function start(d){return d.labels[0]?.span.start??0}var HEAP_BASE="rt.heap_base",STACK_BASE="rt.stack_base",TYPE_TABLE="rt.type_table",STACK_POINTER="rt.sp",COLLECT="rt.collect",ROOT_GLOBAL="root:";function isLinkerAddress(name){return name===HEAP_BASE||name===STACK_BASE||name===TYPE_TABLE||name.startsWith(ROOT_GLOBAL)}var isConst=e=>e.op==="const",bool=value2=>i32(value2?1:0);function isDatum(e){return e.op==="as"?isDatum(e.value):e.op==="data"&&!isLinkerAddress(e.name)}var INVERSE=new Map;for(let t of["i32","i64"])for(let[a,b]of["eq ne","lt_s ge_s","gt_s le_s","lt_u ge_u","gt_u le_u"].map(p=>p.split(" ")))INVERSE.set(`${t}.${a}`,`${t}.${b}`),INVERSE.set(`${t}.${b}`,`${t}.${a}`);INVERSE.set("f64.eq","f64.ne").set("f64.ne","f64.eq");var BOOLEAN=/^(i32|i64|f64)\.(eqz?|ne|[lg][te](_[su])?)$/;function isBoolean(e){switch(e.op){case"const":return e.type==="i32"&&(e.value===0||e.value===1);case"num":return BOOLEAN.test(e.code)||/^i32\.(and|or|xor)$/.test(e.code)&&e.args.every(isBoolean);case"if":case"select":return isBoolean(e.then)&&isBoolean(e.else);case"seq":return isBoolean(e.value);default:return!1}}function negate(e){if(e.op==="num"){let code=INVERSE.get(e.code);if(code)return{...e,code};if(e.code==="i32.eqz"&&isBoolean(e.args[0]))return e.args[0]}return isConst(e)?bool(Number(e.value)===0):isDatum(e)?bool(!1):{op:"num",type:"i32",code:"i32.eqz",args:[e]}}function truth2(e){if(e.op!=="num")return e;let[a,b]=e.args;return e.code==="i32.ne"&&b&&isZero(b)?isDatum(a)?bool(!0):truth2(a):e.code==="i32.ne"&&b&&isZero(a)?truth2(b):e.code==="i32.eqz"&&a.op==="num"&&a.code==="i32.eqz"?truth2(a.args[0]):e}var isZero=e=>isConst(e)&&e.type!=="f64"&&(e.value===0||e.value===0n),COMMUTATIVE=/^i(32|64)\.(add|mul|and|or|xor|eq|ne)$/;function foldNum(e){let{code}=e,[a,b]=e.args;if(a&&isConst(a)&&(!b||isConst(b))){let value2=evaluate(code,a,b);if(value2)return retype(value2,e.type)}return b===void 0?foldUnary(e,a):a&&isConst(a)&&!isConst(b)&&COMMUTATIVE.test(code)?foldNum({...e,args:[b,a]}):isConst(b)&&b.type!=="f64"?foldRight(e,a,b):e}var retype=(e,type)=>e.type===type?e:{...e,type};function foldUnary(e,a){if(e.code==="i32.eqz"){let negated=negate(a);return negated.op==="num"&&negated.code===e.code&&negated.args[0]===a?e:negated}if(a.op!=="num")return e;let inner=a.args[0];return e.code==="i32.wrap_i64"&&(a.code==="i64.extend_i32_s"||a.code==="i64.extend_i32_u")?{op:"as",type:e.type,value:inner}:e.code==="i64.reinterpret_f64"&&a.code==="f64.reinterpret_i64"?{op:"as",type:e.type,value:inner}:e.code==="f64.reinterpret_i64"&&a.code==="i64.reinterpret_f64"?inner:e}function foldRight(e,a,b){let op=e.code.slice(4),wide=e.code.startsWith("i64"),value2=wide?BigInt.asIntN(64,BigInt(b.value)):BigInt(Number(b.value)|0),same2=()=>a.type===e.type?a:{op:"as",type:e.type,value:a},make=n=>wide?i64(BigInt.asIntN(64,n)):i32(Number(BigInt.asIntN(32,n)));switch(op){case"add":if(value2===0n)return same2();if(a.op==="num"&&a.code===e.code&&isConst(a.args[1]))return foldRight(e,a.args[0],make(value2+BigInt(a.args[1].value)));break;case"sub":return value2===0n?same2():foldNum({...e,code:wide?"i64.add":"i32.add",args:[a,make(-value2)]});case"or":case"xor":if(value2===0n)return same2();break;case"and":if(value2===-1n)return same2();break;case"shl":case"shr_s":case"shr_u":case"rotl":case"rotr":if(value2===0n)return same2();break;case"mul":if(value2===1n)return same2();if(value2>1n&&(value2&value2-1n)===0n)return{...e,code:wide?"i64.shl":"i32.shl",args:[a,make(BigInt(value2.toString(2).length-1))]};break;case"div_s":case"div_u":if(value2===1n)return same2();break;case"eq":if(value2===0n)return wide?{...e,code:"i64.eqz",args:[a]}:isBoolean(a)?negate(a):{...e,code:"i32.eqz",args:[a]};break;case"ne":if(value2===0n&&!wide&&isBoolean(a))return same2();break;default:}return isConst(e.args[1])&&e.args[1]===b&&e.args[0]===a?e:{...e,args:[a,b]}}function evaluate(code,a,b){let op=code.slice(4);if(code.startsWith("f64"))return evaluateFloat(op,a,b);let wide=code.startsWith("i64");if(/^(wrap|extend_|trunc|reinterpret)/.test(op))return convert2(code,a);let width=wide?64:32,bits=BigInt(width),x=BigInt.asIntN(width,BigInt(a.value)),ux=BigInt.asUintN(width,x),make=n=>wide?i64(BigInt.asIntN(64,n)):i32(Number(BigInt.asIntN(32,n)));if(!b)switch(op){case"eqz":return bool(x===0n);case"clz":return make(x===0n?bits:bits-BigInt(ux.toString(2).length));case"ctz":{if(x===0n)return make(bits);let text=ux.toString(2);return make(BigInt(text.length-1-text.lastIndexOf("1")))}case"popcnt":return make(BigInt(ux.toString(2).replaceAll("0","").length));case"extend8_s":return make(BigInt.asIntN(8,x));case"extend16_s":return make(BigInt.asIntN(16,x));case"extend32_s":return make(BigInt.asIntN(32,x));default:return}let y=BigInt.asIntN(width,BigInt(b.value)),uy=BigInt.asUintN(width,y),shift=uy%bits;switch(op){case"add":return make(x+y);case"sub":return make(x-y);case"mul":return make(x*y);case"div_s":return y===0n||y===-1n&&ux===1n<<bits-1n?void 0:make(x/y);case"div_u":return y===0n?void 0:make(ux/uy);case"rem_s":return y===0n?void 0:make(x%y);case"rem_u":return y===0n?void 0:make(ux%uy);case"and":return make(x&y);case"or":return make(x|y);case"xor":return make(x^y);case"shl":return make(x<<shift);case"shr_s":return make(x>>shift);case"shr_u":return make(ux>>shift);case"rotl":return make(ux<<shift|ux>>bits-shift);case"rotr":return make(ux>>shift|ux<<bits-shift);case"eq":return bool(x===y);case"ne":return bool(x!==y);case"lt_s":return bool(x<y);case"lt_u":return bool(ux<uy);case"gt_s":return bool(x>y);case"gt_u":return bool(ux>uy);case"le_s":return bool(x<=y);case"le_u":return bool(ux<=uy);case"ge_s":return bool(x>=y);case"ge_u":return bool(ux>=uy);default:return}}function convert2(code,a){switch(code){case"i32.wrap_i64":return i32(Number(BigInt.asIntN(32,BigInt(a.value))));case"i64.extend_i32_s":return i64(BigInt(Number(a.value)|0));case"i64.extend_i32_u":return i64(BigInt(Number(a.value)>>>0));case"i64.reinterpret_f64":{let view=new DataView(new ArrayBuffer(8));return view.setFloat64(0,Number(a.value)),Number.isNaN(Number(a.value))?void 0:i64(view.getBigInt64(0))}case"i64.trunc_sat_f64_s":{let value2=Math.trunc(Number(a.value));return Number.isSafeInteger(value2)?i64(BigInt(value2)):void 0}default:return}}function evaluateFloat(op,a,b){let make=value2=>Number.isNaN(value2)?void 0:{op:"const",type:"f64",value:value2};if(op.startsWith("convert_i32_s"))return make(Number(a.value)|0);if(op.startsWith("convert_i32_u"))return make(Number(a.value)>>>0);if(op.startsWith("convert_i64_s"))return make(Number(BigInt.asIntN(64,BigInt(a.value))));if(a.type!=="f64")return;let x=Number(a.value);if(!b)switch(op){case"neg":return make(-x);case"abs":return make(Math.abs(x));case"sqrt":return make(Math.sqrt(x));case"floor":return make(Math.floor(x));case"ceil":return make(Math.ceil(x));case"trunc":return make(Math.trunc(x));default:return}let y=Number(b.value);switch(op){case"add":return make(x+y);case"sub":return make(x-y);case"mul":return make(x*y);case"div":return make(x/y);case"eq":return bool(x===y);case"ne":return bool(x!==y);case"lt":return bool(x<y);case"gt":return bool(x>y);case"le":return bool(x<=y);case"ge":return bool(x>=y);default:return}}var SYS_TYPES=new Set(["i32","i64","f64","bool","ref","cell"]),ELEMENT_TYPES=new Set(["bool","i64","f64","ref","cell"]),irType=type=>type==="bool"?"i32":type,TYPE_MARK="\u02D0";function failAt(slice2,span,message){let offset2=slice2.start+(span?.start??0),before=slice2.source.slice(0,offset2),line=before.split(`
`).length,col=offset2-before.lastIndexOf(`
`);throw new Error(`${slice2.path}:${line}:${col}: ${message} (in ${slice2.name})`)}function typeOf2(slice2,type,types){if(type.kind==="name"){let bound=types.get(type.name);if(bound)return bound;if(SYS_TYPES.has(type.name))return type.name}let name=type.kind==="name"?type.name:type.kind;return failAt(slice2,type.span,`unknown type ${name}; the types are i32, i64, f64, bool, ref and cell`)}function typeMap(slice2,decl,types){return decl.typeParams.length!==types.length&&failAt(slice2,void 0,`${slice2.name} takes ${decl.typeParams.length} types, not ${types.length}`),new Map(decl.typeParams.map((param,i)=>[param.text,types[i]]))}function paramType(slice2,param,types){return param.type?typeOf2(slice2,param.type,types):failAt(slice2,param.name.span,`parameter ${param.name.text} has no type`)}function constant(type,value2){switch(type){case"i64":case"cell":return{op:"const",type,value:BigInt(value2)};case"f64":return{op:"const",type,value:Number(value2)};default:return{op:"const",type:irType(type),value:Number(BigInt.asIntN(32,BigInt(value2)))}}}function sizeOf(type){return type==="bool"?1:type==="i32"||type==="ref"?4:8}var KINDS=["bool","i64","f64","ref","cell"];function kindOf(type){return KINDS.indexOf(type)}var LOADS={bool:"i32.load8_u",i32:"i32.load",ref:"i32.load",i64:"i64.load",cell:"i64.load",f64:"f64.load"},STORES={bool:"i32.store8",i32:"i32.store",ref:"i32.store",i64:"i64.store",cell:"i64.store",f64:"f64.store"};function args(body,call,count2){if(call.args.length!==count2){let name=call.callee.kind==="name"?call.callee.name:"it";bad(body,call.span,`${name} takes ${count2} arguments, not ${call.args.length}`)}return call.args}function word(body,e){let value2=lowerExpr2(body,e,"i32");return isWord(value2.t)||bad(body,e.span,`is ${value2.t}, but i32 or ref is needed`),value2.e}function address2(body,base,offset2){let known=constantOf(body,offset2);if(known===void 0)return bad(body,offset2.span,"an offset must be a constant; add to the address instead");let addr=word(body,base);return known>=0n?{addr,offset:Number(known)}:{addr:num("i32.add",as("i32",addr),constant("i32",known)),offset:0}}function load2(code,t){return(body,call)=>{let[base,offset2]=args(body,call,2);return{e:{op:"load",type:irType(t),code,...address2(body,base,offset2)},t}}}function store2(code,t){return(body,call)=>{let[base,offset2,value2]=args(body,call,3);return{op:"store",code,...address2(body,base,offset2),value:expect2(body,value2,t).e}}}function binary(op,comparison=!1){return(body,call,want)=>{let[left,right]=args(body,call,2),hint=comparison||want==="cell"?void 0:want==="ref"||want==="bool"?"i32":want,[a,b]=pair(body,left,right,hint==="f64"?void 0:hint),t=common(body,call.span,a,b);if(t==="f64"||t==="cell")return bad(body,call.span,`operands are ${t}, but i32 or i64 is needed`);let w=isWord(t)?"i32":"i64",bool2=comparison||t==="bool"&&/^(and|or|xor)$/.test(op);return{e:num(`${w}.${op}`,as(w,a.e),as(w,b.e)),t:bool2?"bool":w}}}function unaryInt(make){return(body,call,want)=>{let[operand]=args(body,call,1),value2=lowerExpr2(body,operand,want==="i64"?"i64":"i32");if(!isWord(value2.t)&&value2.t!=="i64")return bad(body,call.span,`operand is ${value2.t}, not i32 or i64`);let w=isWord(value2.t)?"i32":"i64";return{e:make(w,as(w,value2.e)),t:w}}}function float(op,count2){return(body,call)=>({e:num(`f64.${op}`,...args(body,call,count2).map(arg2=>expect2(body,arg2,"f64").e)),t:"f64"})}function convert3(to,codes){return(body,call)=>{let[operand]=args(body,call,1),known=constantOf(body,operand);if(known!==void 0)return{e:constant(to,known),t:to};let value2=lowerExpr2(body,operand),code=value2.t===to?"":codes[value2.t];if(code===void 0)return bad(body,call.span,`cannot convert ${value2.t} to ${to}`);let operandType=irType(value2.t),plain=operandType==="cell"?"i64":operandType==="ref"?"i32":operandType;return{e:as(irType(to),code?num(code,as(plain,value2.e)):value2.e),t:to}}}var nullary=result=>(body,call)=>(args(body,call,0),result),linkerAddress=name=>nullary({e:{op:"data",type:"i32",name},t:"i32"}),INTRINSICS=new Map([["Load",(body,call,want)=>{let[base,offset2]=args(body,call,2);return want?{e:{op:"load",type:irType(want),code:LOADS[want],...address2(body,base,offset2)},t:want}:bad(body,call.span,"the type of this load is not known here; use load32, load64, loadref...")}],["load8u",load2("i32.load8_u","i32")],["load8s",load2("i32.load8_s","i32")],["load16u",load2("i32.load16_u","i32")],["load16s",load2("i32.load16_s","i32")],["load32",load2("i32.load","i32")],["load64",load2("i64.load","i64")],["load32u_64",load2("i64.load32_u","i64")],["loadf64",load2("f64.load","f64")],["loadref",load2("i32.load","ref")],["loadcell",load2("i64.load","cell")],["store",(body,call)=>{let[base,offset2,value2]=args(body,call,3),{e,t}=lowerExpr2(body,value2);return{op:"store",code:STORES[t],...address2(body,base,offset2),value:e}}],["store8",store2("i32.store8","i32")],["store16",store2("i32.store16","i32")],["store32",store2("i32.store","i32")],["store64",store2("i64.store","i64")],["storef64",store2("f64.store","f64")],["storeref",store2("i32.store","ref")],["storecell",store2("i64.store","cell")],...["and","or","xor","shl","shr_s","shr_u","rotl","rotr","div_u","rem_u"].map(op=>[op,binary(op)]),...["lt_u","le_u","gt_u","ge_u"].map(op=>[op,binary(op,!0)]),...["clz","ctz","popcnt"].map(op=>[op,unaryInt((w,e)=>num(`${w}.${op}`,e))]),["not",unaryInt((w,e)=>num(`${w}.xor`,e,constant(w,-1n)))],["i64",convert3("i64",{i32:"i64.extend_i32_s",bool:"i64.extend_i32_u",ref:"i64.extend_i32_u",cell:""})],["i64_u",convert3("i64",{i32:"i64.extend_i32_u",bool:"i64.extend_i32_u",ref:"i64.extend_i32_u"})],["i32",convert3("i32",{i64:"i32.wrap_i64",ref:"",bool:""})],["f64",convert3("f64",{i32:"f64.convert_i32_s",bool:"f64.convert_i32_s",i64:"f64.convert_i64_s"})],["f64_u",convert3("f64",{i32:"f64.convert_i32_u",i64:"f64.convert_i64_u"})],["ref",convert3("ref",{i32:"",cell:"i32.wrap_i64"})],["cell",convert3("cell",{i64:"",ref:"i64.extend_i32_u"})],["trunc_sat",convert3("i64",{f64:"i64.trunc_sat_f64_s",i64:void 0})],["bits",convert3("i64",{f64:"i64.reinterpret_f64"})],["from_bits",convert3("f64",{i64:"f64.reinterpret_i64"})],...["floor","ceil","trunc","nearest","sqrt","abs"].map(op=>[op,float(op,1)]),["copysign",float("copysign",2)],["fmin",float("min",2)],["fmax",float("max",2)],["memory_size",nullary({e:{op:"memorySize",type:"i32"},t:"i32"})],["memory_grow",(body,call)=>({e:{op:"memoryGrow",type:"i32",pages:word(body,args(body,call,1)[0])},t:"i32"})],["memory_copy",(body,call)=>{let[to,from,bytes]=args(body,call,3).map(arg2=>word(body,arg2));return{op:"memoryCopy",to,from,bytes}}],["memory_fill",(body,call)=>{let[to,byte,bytes]=args(body,call,3).map(arg2=>word(body,arg2));return{op:"memoryFill",to,byte,bytes}}],["unreachable",nullary({op:"unreachable"})],["keep",(body,call)=>{let[operand]=args(body,call,1),{e,t}=lowerExpr2(body,operand);return t!=="ref"&&t!=="cell"&&bad(body,call.span,`keep takes a ref or a cell, not ${t}`),{op:"keep",value:e}}],["select",(body,call,want)=>{let[cond,yes,no]=args(body,call,3),c=condition2(body,cond),[a,b]=pair(body,yes,no,want),t=common(body,call.span,a,b),type=irType(t);return{e:{op:"select",type,cond:c,then:as(type,a.e),else:as(type,b.e)},t}}],["sizeof",(body,call)=>({e:constant("i32",BigInt(sizeOf(namedType(body,args(body,call,1)[0])))),t:"i32"})],["kindof",(body,call)=>({e:constant("i32",BigInt(kindOf(namedType(body,args(body,call,1)[0])))),t:"i32"})],...["gc_stress","big_ints","big_rats"].map(name=>[name,body=>({e:constant("i32",body.library.flags.get(name)),t:"i32"})]),["heap_base",linkerAddress(HEAP_BASE)],["stack_base",linkerAddress(STACK_BASE)],["type_table",linkerAddress(TYPE_TABLE)],["static_area",(body,call)=>{let[name,size]=args(body,call,2),bytes=constantOf(body,size);if(name.kind!=="string"||bytes===void 0||bytes<=0n)return bad(body,call.span,'static_area takes a name ("...") and a constant number of bytes');let area={name:`area:${name.value}`,align:8,bytes:new Uint8Array(Number(bytes)),relocs:[]};return{e:{op:"data",type:"i32",name:body.library.addDatum(area)},t:"i32"}}],["stack_pointer",nullary({e:{op:"global",type:"i32",name:STACK_POINTER},t:"i32"})]]);function bad(body,span,message){return failAt(body.slice,span,message)}var NO_RETURN_NAME=/^(fail|panic)(_|$)/;function lowerFunction(library,slice2,decl,name,typeArgs2,signature2){let body={library,slice:slice2,types:typeMap(slice2,decl,typeArgs2),result:signature2.result,locals:[],localNames:[],scopes:[new Map],loops:[],nextLabel:0};decl.params.forEach((param,i)=>{declare(body,param.name.text,signature2.params[i],!0,param.name.span)});let out=lowerBlock2(body,decl.body);signature2.result&&fallsThrough(out)&&bad(body,decl.name.span,"can reach its end without returning a value");let{attributes}=slice2;return{name,params:signature2.params.map(irType),result:signature2.result&&irType(signature2.result),locals:body.locals,localNames:body.localNames,body:out,...attributes.has("inline")?{inline:"always"}:attributes.has("noinline")?{inline:"never"}:{}}}function lowerConstant(library,slice2,value2,type){let body={library,slice:slice2,types:new Map,result:void 0,locals:[],localNames:[],scopes:[],loops:[],nextLabel:0},known=constantOf(body,value2);if(known!==void 0)return{type,value:type==="f64"?Number(known):known};let{e,t}=lowerExpr2(body,value2,type);return e.op!=="const"?bad(body,value2.span,"must be a constant"):type&&t!==type?bad(body,value2.span,`is ${t}, not ${type}`):{type:t,value:e.value}}function declare(body,name,type,mutable,span){let scope=body.scopes.at(-1);scope.has(name)&&bad(body,span,`${name} is already declared in this block`);let local=addLocal(body,irType(type));return body.localNames[local]=name,scope.set(name,{local,type,mutable}),local}function findVariable(body,name){for(let i=body.scopes.length-1;i>=0;i--){let found=body.scopes[i].get(name);if(found)return found}}function lowerBlock2(body,block2){body.scopes.push(new Map);let out=[];for(let s of block2.body)lowerStmt2(body,s,out);return body.scopes.pop(),out}function lowerStmt2(body,s,out){switch(s.kind){case"let":{let type=s.type&&typeOf2(body.slice,s.type,body.types);if(s.value){let value2=type?expect2(body,s.value,type):lowerExpr2(body,s.value);out.push(set(declare(body,s.name.text,type??value2.t,s.mutable,s.name.span),value2.e))}else{let local=declare(body,s.name.text,type,s.mutable,s.name.span);out.push(set(local,zero(irType(type))))}return}case"assign":{s.path.length>0&&bad(body,s.span,"only names can be assigned; use store");let variable2=findVariable(body,s.name.text);if(variable2){variable2.mutable||bad(body,s.name.span,`${s.name.text} is declared with let`),out.push(set(variable2.local,expect2(body,s.value,variable2.type).e));return}let slice2=body.library.find(s.name.text);slice2?.kind!=="var"&&bad(body,s.name.span,`no variable ${s.name.text}`);let global=body.library.globalOf(slice2);out.push({op:"setGlobal",name:global.name,value:expect2(body,s.value,global.type).e});return}case"return":s.value?(body.result||bad(body,s.span,"returns a value but the function has no result type"),out.push({op:"return",value:expect2(body,s.value,body.result).e})):(body.result&&bad(body,s.span,`must return a value of type ${body.result}`),out.push({op:"return"}));return;case"if":lowerIf2(body,s,out);return;case"while":{let known=constantOf(body,s.cond);if(known===0n)return;let loop2=pushLoop(body),cond=known===void 0?condition2(body,s.cond):void 0,inner=lowerBlock2(body,s.body);body.loops.pop();let round2=[];cond&&(loop2.breaks=!0,round2.push({op:"brIf",label:loop2.breakLabel,cond:negate(cond)})),round2.push(...inner),fallsThrough(round2)&&round2.push({op:"br",label:loop2.continueLabel}),wrap(out,loop2.breaks,loop2.breakLabel,{op:"loop",label:loop2.continueLabel,body:round2});return}case"for":lowerFor2(body,s,out);return;case"break":case"continue":{let loop2=body.loops.at(-1);loop2||bad(body,s.span,`${s.kind} outside a loop`),s.kind==="break"?loop2.breaks=!0:loop2.continues=!0,out.push({op:"br",label:s.kind==="break"?loop2.breakLabel:loop2.continueLabel});return}case"expr":lowerEffect(body,s.expr,out);return;default:bad(body,s.span,`the system dialect has no ${s.kind} statement`)}}function pushLoop(body){let loop2={breakLabel:body.nextLabel++,continueLabel:body.nextLabel++,breaks:!1,continues:!1};return body.loops.push(loop2),loop2}function wrap(out,needed,label,inner){out.push(needed?{op:"block",label,body:[inner]}:inner)}function lowerIf2(body,s,out){let known=constantOf(body,s.cond),elseBody=()=>{if(!s.else)return[];if(!("kind"in s.else))return lowerBlock2(body,s.else);let nested=[];return lowerIf2(body,s.else,nested),nested};if(known!==void 0){out.push(...known===0n?elseBody():lowerBlock2(body,s.then));return}let cond=condition2(body,s.cond);out.push({op:"if",cond,then:lowerBlock2(body,s.then),else:elseBody()})}function lowerFor2(body,s,out){s.end||bad(body,s.span,"for needs a range a..b");let from,to;isFlexible(body,s.iter)&&!isFlexible(body,s.end)?(to=lowerExpr2(body,s.end),from=expect2(body,s.iter,to.t)):(from=lowerExpr2(body,s.iter),to=expect2(body,s.end,from.t)),from.t!=="i32"&&from.t!=="i64"&&bad(body,s.iter.span,`a range of ${from.t}; it must be i32 or i64`);let type=from.t;body.scopes.push(new Map);let local=declare(body,s.name.text,type,!0,s.name.span);out.push(set(local,from.e));let end=to.e;if(end.op!=="const"){let endLocal=addLocal(body,type);body.localNames[endLocal]=void 0,out.push(set(endLocal,end)),end=get(endLocal,type)}let loop2=pushLoop(body),again=body.nextLabel++,inner=lowerBlock2(body,s.body);body.loops.pop(),body.scopes.pop();let round2=[{op:"brIf",label:loop2.breakLabel,cond:num(`${type}.ge_s`,get(local,type),end)}];loop2.continues?round2.push({op:"block",label:loop2.continueLabel,body:inner}):round2.push(...inner),fallsThrough(round2)&&round2.push(set(local,num(`${type}.add`,get(local,type),constant(type,1n))),{op:"br",label:again}),wrap(out,!0,loop2.breakLabel,{op:"loop",label:again,body:round2})}function lowerEffect(body,e,out){(e.kind!=="call"||e.callee.kind!=="name")&&bad(body,e.span,"an expression statement must be a call");let{name}=e.callee,intrinsic=INTRINSICS.get(name);if(intrinsic){let result=intrinsic(body,e,void 0);"t"in result?out.push({op:"do",value:result.e}):out.push(result);return}let{value:value2,noReturn}=lowerCall2(body,e,name,void 0);out.push({op:"do",value:value2}),noReturn&&out.push({op:"unreachable"})}var isWord=t=>t==="i32"||t==="bool"||t==="ref";function expect2(body,e,type){let value2=lowerExpr2(body,e,type);if(value2.t===type)return value2;if((value2.t==="i32"||value2.t==="bool")&&(type==="i32"||type==="bool"))return{e:value2.e,t:type};let hint=CONVERSIONS[`${value2.t}->${type}`];return bad(body,e.span,`is ${value2.t}, but ${type} is needed${hint?`; use ${hint}`:""}`)}var CONVERSIONS={"ref->i32":"i32(x)","i32->ref":"ref(x)","i32->i64":"i64(x) or i64_u(x)","i64->i32":"i32(x)","i64->f64":"f64(x)","i32->f64":"f64(x)","f64->i64":"trunc_sat(x) or bits(x)","cell->i64":"i64(x)","i64->cell":"cell(x)","ref->cell":"cell(x)","cell->ref":"ref(x)"};function condition2(body,e){let value2=lowerExpr2(body,e,"bool");return value2.t!=="bool"&&value2.t!=="i32"&&bad(body,e.span,`a condition must be bool or i32, not ${value2.t}`),value2.e}function constantOf(body,e){switch(e.kind){case"int":return e.value;case"bool":return e.value?1n:0n;case"name":{if(findVariable(body,e.name))return;let slice2=body.library.find(e.name);if(slice2?.kind!=="let")return;let known=body.library.constant(slice2);return known.type===void 0&&typeof known.value=="bigint"?known.value:void 0}case"unary":{let value2=constantOf(body,e.operand);return value2===void 0?void 0:e.op==="-"?-value2:value2===0n?1n:0n}case"binary":{let a=constantOf(body,e.left);if(a===void 0)return;if(e.op==="&&"&&a===0n)return 0n;if(e.op==="||"&&a!==0n)return 1n;let b=constantOf(body,e.right);return b===void 0?void 0:foldBinary(e.op,a,b)}case"call":{if(e.callee.kind!=="name")return;let{name}=e.callee,first2=e.args[0],flag=body.library.flags.get(name);if(flag!==void 0)return flag;if((name==="sizeof"||name==="kindof")&&first2){let type=namedType(body,first2);return BigInt(name==="sizeof"?sizeOf(type):kindOf(type))}if(!(name==="shl"||name==="or"||name==="and"||name==="xor")||e.args.length!==2)return;let a=constantOf(body,first2),b=a===void 0?void 0:constantOf(body,e.args[1]);return a===void 0||b===void 0?void 0:name==="shl"?a<<b:name==="or"?a|b:name==="and"?a&b:a^b}default:return}}function foldBinary(op,a,b){let bool2=value2=>value2?1n:0n;switch(op){case"+":return a+b;case"-":return a-b;case"*":return a*b;case"/":return b===0n?void 0:a/b;case"%":return b===0n?void 0:a%b;case"==":return bool2(a===b);case"!=":return bool2(a!==b);case"<":return bool2(a<b);case"<=":return bool2(a<=b);case">":return bool2(a>b);case">=":return bool2(a>=b);case"&&":case"||":return bool2(b!==0n);default:return}}function namedType(body,e){if(e.kind==="name"){let bound=body.types.get(e.name);if(bound)return bound;if(SYS_TYPES.has(e.name))return e.name}return bad(body,e.span,"must name a type")}var FLEXIBLE_CALLS=new Set(["and","or","xor","shl","shr_s","shr_u","rotl","rotr","select","div_u","rem_u"]);function isFlexible(body,e){switch(e.kind){case"int":case"none":return!0;case"unary":return e.op==="-"&&isFlexible(body,e.operand);case"binary":return"+-*/%".includes(e.op)&&isFlexible(body,e.left)&&isFlexible(body,e.right);case"if":return isFlexible(body,e.then)&&(!e.else||isFlexible(body,e.else));case"call":return e.callee.kind!=="name"?!1:e.callee.name==="Load"||e.callee.name==="sizeof"||e.callee.name==="kindof"?!0:FLEXIBLE_CALLS.has(e.callee.name)&&e.args.slice(e.callee.name==="select"?1:0).every(arg2=>isFlexible(body,arg2));case"name":return constantOf(body,e)!==void 0;default:return!1}}function lowerExpr2(body,e,want){let known=constantOf(body,e);if(known!==void 0)return literal2(body,e,known,want);switch(e.kind){case"float":return{e:constant("f64",e.value),t:"f64"};case"none":return want==="cell"?{e:constant("cell",0n),t:"cell"}:{e:constant("ref",0n),t:"ref"};case"string":return{e:{op:"data",type:"ref",name:body.library.addDatum(stringDatum(e.bytes??e.value))},t:"ref"};case"name":return lowerName2(body,e);case"unary":return lowerUnary2(body,e,want);case"binary":return lowerBinary2(body,e,want);case"if":{if(!e.else)return bad(body,e.span,"an if expression needs an else");let chosen=constantOf(body,e.cond);if(chosen!==void 0)return lowerExpr2(body,chosen===0n?e.else:e.then,want);let cond=condition2(body,e.cond),[yes,no]=pair(body,e.then,e.else,want),t=common(body,e.span,yes,no);return{e:{op:"if",type:irType(t),cond,then:as(irType(t),yes.e),else:as(irType(t),no.e)},t}}case"call":{if(e.callee.kind!=="name")return bad(body,e.span,"only functions can be called");let{name}=e.callee,intrinsic=INTRINSICS.get(name);if(intrinsic){let result2=intrinsic(body,e,want);return"t"in result2?result2:bad(body,e.span,`${name} has no value`)}let{value:value2,result}=lowerCall2(body,e,name,want);return result?{e:value2,t:result}:bad(body,e.span,`${name} has no result`)}default:return bad(body,e.span,`the system dialect has no ${e.kind} expression`)}}function literal2(body,e,value2,want){let isBool=e.kind==="bool"||e.kind==="unary"&&e.op==="!",comparison=e.kind==="binary"&&!"+-*/%".includes(e.op),type=want??(isBool||comparison?"bool":"i32");if((isBool||comparison)&&type!=="bool"&&type!=="i32")return{e:constant("bool",value2),t:"bool"};let[low,high]=type==="i64"||type==="cell"||type==="f64"?WIDE:NARROW;return(value2<low||value2>high)&&bad(body,e.span,`${value2} does not fit ${type}`),{e:constant(type,value2),t:type}}var WIDE=[-(1n<<63n),(1n<<64n)-1n],NARROW=[-(1n<<31n),(1n<<32n)-1n];function lowerName2(body,e){let variable2=findVariable(body,e.name);if(variable2)return{e:get(variable2.local,irType(variable2.type)),t:variable2.type};let slice2=body.library.find(e.name);if(slice2?.kind==="let"){let known=body.library.constant(slice2),t=known.type??"i32";return{e:constant(t,known.value),t}}if(slice2?.kind==="var"){let global=body.library.globalOf(slice2);return{e:{op:"global",type:irType(global.type),name:global.name},t:global.type}}return bad(body,e.span,`unknown name ${e.name}`)}function lowerUnary2(body,e,want){if(e.op==="!")return{e:negate(condition2(body,e.operand)),t:"bool"};let value2=lowerExpr2(body,e.operand,want);return value2.t==="f64"?value2.e.op==="const"?{e:constant("f64",-Number(value2.e.value)),t:"f64"}:{e:num("f64.neg",value2.e),t:"f64"}:value2.t==="i32"||value2.t==="i64"?{e:num(`${value2.t}.sub`,constant(value2.t,0n),value2.e),t:value2.t}:bad(body,e.span,`cannot negate ${value2.t}`)}function pair(body,left,right,want){let word2=t=>t==="bool"?"i32":t;if(isFlexible(body,left)){if(isFlexible(body,right))return[lowerExpr2(body,left,want),lowerExpr2(body,right,want)];let b=lowerExpr2(body,right,want);return[lowerExpr2(body,left,word2(b.t)),b]}let a=lowerExpr2(body,left,want);return[a,lowerExpr2(body,right,word2(a.t))]}function common(body,span,a,b){return a.t===b.t?a.t:isWord(a.t)&&isWord(b.t)?"i32":bad(body,span,`operands of different types: ${a.t} and ${b.t}`)}var ARITHMETIC={"+":"add","-":"sub","*":"mul","/":"div","%":"rem"},COMPARISON={"==":"eq","!=":"ne","<":"lt","<=":"le",">":"gt",">=":"ge"};function lowerBinary2(body,e,want){if(e.op==="&&"||e.op==="||"){let cond=condition2(body,e.left);if(constantOf(body,e.left)!==void 0)return{e:condition2(body,e.right),t:"bool"};let right=condition2(body,e.right),yes=e.op==="&&"?right:constant("bool",1n),no=e.op==="&&"?constant("bool",0n):right;return{e:{op:"if",type:"i32",cond,then:yes,else:no},t:"bool"}}let arithmetic3=ARITHMETIC[e.op],comparison=COMPARISON[e.op];if(!arithmetic3&&!comparison)return bad(body,e.opSpan,`the system dialect has no ${e.op}`);let hint=arithmetic3?want==="ref"||want==="bool"?"i32":want==="cell"?void 0:want:void 0,[a,b]=pair(body,e.left,e.right,hint),t=common(body,e.opSpan,a,b);if(comparison){let equality=e.op==="=="||e.op==="!=";!equality&&(t==="cell"||a.t==="ref"||b.t==="ref")&&bad(body,e.opSpan,`${t} has only == and !=; use lt_u and so on for addresses`);let word3=isWord(t)?"i32":t==="cell"?"i64":t;return{e:num(`${word3}.${comparison}${word3==="f64"||equality?"":"_s"}`,as(word3,a.e),as(word3,b.e)),t:"bool"}}if(t==="cell")return bad(body,e.opSpan,"cells have no arithmetic; use i64(x)");let word2=isWord(t)?"i32":t;if(word2==="f64"&&e.op==="%")return bad(body,e.opSpan,"f64 has no %");let sign=word2!=="f64"&&(e.op==="/"||e.op==="%")?"_s":"";return{e:num(`${word2}.${arithmetic3}${sign}`,as(word2,a.e),as(word2,b.e)),t:word2}}function lowerCall2(body,e,callee,want){let[name=callee,...explicit]=callee.split(TYPE_MARK).filter(part=>part!==""),slice2=body.library.find(name),decl=slice2&&(slice2.kind==="fun"||slice2.kind==="extern")?body.library.declaration(slice2):void 0;if(!slice2||!decl||decl.kind!=="fun"&&decl.kind!=="externFun")return bad(body,e.callee.span,`unknown function ${name}`);e.args.length!==decl.params.length&&bad(body,e.span,`${name} takes ${decl.params.length} arguments, not ${e.args.length}`);let bound=new Map,lowered=[];if(decl.kind==="fun"&&decl.typeParams.length>0){let generic=new Set(decl.typeParams.map(p=>p.text));explicit.forEach((type,i)=>{let param=decl.typeParams[i];param?bound.set(param.text,namedType(body,{kind:"name",id:0,name:type,span:e.callee.span})):bad(body,e.span,`${name} takes ${decl.typeParams.length} types`)}),decl.params.forEach((param,i)=>{let arg2=e.args[i],type=param.type;type?.kind!=="name"||!generic.has(type.name)||bound.has(type.name)||isFlexible(body,arg2)||(lowered[i]=lowerExpr2(body,arg2),bound.set(type.name,lowered[i].t))});let result2=decl.result;result2?.kind==="name"&&generic.has(result2.name)&&!bound.has(result2.name)&&want&&bound.set(result2.name,want);for(let param of generic){let type=bound.get(param);if(!type)return bad(body,e.span,`cannot tell ${param} of ${name} from its arguments or context`);type==="i32"&&bad(body,e.span,`${param} of ${name} would be i32, which is no element type`)}}let args2=e.args.map((arg2,i)=>{let type=paramType(slice2,decl.params[i],bound),done=lowered[i];return done&&done.t===type?done.e:expect2(body,arg2,type).e}),suffix=decl.kind==="fun"?decl.typeParams.map(p=>`$${bound.get(p.text)}`).join(""):"",result=decl.result&&typeOf2(slice2,decl.result,bound);return{value:{op:"call",type:result&&irType(result),func:`rt.${name}${suffix}`,args:args2},result,noReturn:slice2.attributes.has("noreturn")||!result&&NO_RETURN_NAME.test(name)}}var WASI_MODULE="wasi_snapshot_preview1",DECLARATION=/^(fun|extern[ \t]+fun|let|var)[ \t]+([\p{L}_][\p{L}\p{N}_]*)/gmu,EXPLICIT=/(?<!\bfun +\w*)\b[a-z_]\w*<\w+(?:, *\w+)*>(?=\()/g,ATTRIBUTES=new Set(["inline","noinline","noreturn"]),indexes=new WeakMap;function index(sources){let known=indexes.get(sources);if(known)return known;let slices=new Map;for(let path of Object.keys(sources).sort()){let source=sources[path],found=[...source.matchAll(DECLARATION)];found.forEach((match,i)=>{let start2=match.index,kind=match[1].startsWith("extern")?"extern":match[1],name=match[2],slice2={name,kind,path,source,start:start2,end:found[i+1]?.index??source.length,attributes:attributesAbove(source,start2)},other=slices.get(name);other&&(slice2.problem=`${name} is already declared in ${other.path}`),INTRINSICS.has(name)&&(slice2.problem=`${name} is the name of an intrinsic`),slices.set(name,slice2)})}return indexes.set(sources,slices),slices}function attributesAbove(source,start2){let attributes=new Set,lineEnd=start2-1;for(;lineEnd>0;){let lineStart2=source.lastIndexOf(`
`,lineEnd-1)+1,line=source.slice(lineStart2,lineEnd);if(!line.startsWith("///"))break;let words=line.slice(3).trim().split(/\s+/);if(words.every(word2=>ATTRIBUTES.has(word2)))for(let word2 of words)attributes.add(word2);lineEnd=lineStart2-1}return attributes}function createRuntime(sources,options){let slices=index(sources),funcs=new Map,signatures=new Map,constants=new Map,data=new Map,busy=new Set,library={flags:new Map([["gc_stress",options.gcStress?1n:0n],["big_ints",options.bigInts?1n:0n],["big_rats",options.bigInts&&options.bigRats?1n:0n]]),find:name=>slices.get(name),declaration,constant(slice2){let constant2=constants.get(slice2.name);if(!constant2){busy.has(slice2.name)&&failAt(slice2,void 0,`constant ${slice2.name} needs itself`),busy.add(slice2.name);let decl=declaration(slice2);(decl.kind!=="let"||!decl.value)&&failAt(slice2,void 0,`constant ${slice2.name} has no value`),constant2=lowerConstant(library,slice2,decl.value,decl.type&&typeOf2(slice2,decl.type,NO_TYPES)),busy.delete(slice2.name),constants.set(slice2.name,constant2)}return constant2},globalOf(slice2){let decl=declaration(slice2);return decl.kind!=="let"?failAt(slice2,void 0,`${slice2.name} is not a variable`):{name:`rt.${slice2.name}`,type:decl.type?typeOf2(slice2,decl.type,NO_TYPES):"i32"}},addDatum(datum){return data.set(datum.name,datum),datum.name}};function find2(name){let key=name.startsWith("rt.")?name.slice(3):name,[base,...types]=key.split("$"),slice2=slices.get(base);if(!slice2)throw new Error(`the run-time library has no ${base} (asked for as ${name})`);for(let type of types)if(!ELEMENT_TYPES.has(type))throw new Error(`${name}: ${type} is no element type`);return{slice:slice2,types,key}}function signature2(name){let{slice:slice2,types,key}=find2(name),result=signatures.get(key);return result||(result=signatureOf(slice2,declaration(slice2),types),signatures.set(key,result)),result}return{has(name){let kind=slices.get((name.startsWith("rt.")?name.slice(3):name).split("$")[0])?.kind;return kind==="fun"||kind==="extern"},signature:signature2,need(name){let{slice:slice2,types,key}=find2(name),func=funcs.get(key);if(!func){let decl=declaration(slice2);if(decl.kind!=="fun")throw new Error(`${slice2.name} is not a function of the run-time library`);func=lowerFunction(library,slice2,decl,`rt.${key}`,types,signature2(key)),funcs.set(key,func)}return func},importFunc(name){let key=name.startsWith("rt.")?name.slice(3):name;if(slices.get(key)?.kind!=="extern")return;let{params,result}=signature2(key);return{name:`rt.${key}`,module:WASI_MODULE,field:key,params:params.map(irType),result:result&&irType(result)}},global(name){let{slice:slice2}=find2(name),decl=declaration(slice2);if(decl.kind!=="let"||slice2.kind!=="var")throw new Error(`${name} is not a variable of the library`);let{type}=library.globalOf(slice2),value2=decl.value?lowerConstant(library,slice2,decl.value,type).value:0,wide=type==="i64"||type==="cell";return{name:`rt.${slice2.name}`,type:irType(type),mutable:!0,init:wide?BigInt(value2):Number(value2)}},datum(name){let datum=data.get(name);if(!datum)throw new Error(`the run-time library has no datum ${name}`);return datum}}}var NO_TYPES=new Map;function declaration(slice2){if(slice2.parsed)return slice2.parsed;slice2.problem&&failAt(slice2,void 0,slice2.problem);let text=slice2.source.slice(slice2.start,slice2.end).replace(/\bload(?=\()/g,"Load").replace(EXPLICIT,call=>call.replace(/[<>, ]/g,TYPE_MARK)),{program,diagnostics}=parse({path:slice2.path,text},0,{next:0}),error=diagnostics.find(d=>d.severity==="error");error&&failAt(slice2,error.labels[0]?.span,`${error.code} ${error.title}`);let[first2,second]=program.body;return first2||failAt(slice2,void 0,"no declaration here"),second&&failAt(slice2,second.span,"only declarations at column 1 of a line may follow"),slice2.parsed=first2,first2}function signatureOf(slice2,decl,types){if(decl.kind!=="fun"&&decl.kind!=="externFun")return failAt(slice2,void 0,`${slice2.name} is not a function`);let map=decl.kind==="fun"?typeMap(slice2,decl,types):NO_TYPES;return{params:decl.params.map(param=>paramType(slice2,param,map)),result:decl.result&&typeOf2(slice2,decl.result,map),noReturn:slice2.attributes.has("noreturn")}}var RUNTIME_SOURCES={"bigint.mochi":`// Integers of any size, in cells. An integer of 64 bits is an int (cell.mochi); all others are BIGINT objects, so every integer
// has one representation only. Except in programs that need them (\`big_ints()\`), no cell holds a BIGINT.
//
//     BIGINT   +4 number of limbs, negative for a negative number   +8 the magnitude (magnitude.mochi), its highest limb not 0

let BIG_BYTES = 8
// No integer has more limbs than these (1 GB).
let MOST_LIMBS = 0x10000000

// ---- objects

/// A new BIGINT with room for n limbs, whose count is not set yet. The upper limbs may be 0 until \`big_trim\`.
fun big_new(n: i32): ref {
  if gt_u(n, MOST_LIMBS) { fail("out of memory") }
  return alloc_any(BIG_BYTES + shl(n, 2), KIND_BIGINT)
}

/// The integer in a new BIGINT whose first n limbs are written: an int when 64 bits hold it.
fun big_trim(x: ref, n: i32, negative: bool): cell {
  let k = mag_size(x + BIG_BYTES, n)
  if k <= 2 {
    var u: i64 = 0
    if k > 0 { u = load32u_64(x, 8) }
    if k > 1 { u = or(u, shl(load32u_64(x, 12), 32)) }
    keep(x)
    if u >= 0 { return cell_of_i64(if negative { 0 - u } else { u }) }
    if negative && u == MIN_INT { return cell_of_i64(u) }
  }
  store32(x, 4, if negative { 0 - k } else { k })
  return cell(x)
}

/// inline
fun cell_is_big(c: cell): bool {
  return cell_has_kind(c, KIND_BIGINT)
}

/// inline
fun big_limbs(x: ref): i32 {
  let n = load32(x, 4)
  return if n < 0 { 0 - n } else { n }
}

/// inline
fun big_is_negative(x: ref): bool {
  return load32(x, 4) < 0
}

/// An integer (or bool) as a BIGINT. Small ones are written into static memory: one for each \`place\`, 0 or 1.
fun big_operand(c: cell, place: i32): ref {
  if cell_is_big(c) { return ref(c) }
  let v = cell_whole(c)
  let x = ref(static_area("big operands", 32) + shl(place, 4))
  let u = if v < 0 { 0 - v } else { v }
  let n = i32(u != 0) + i32(shr_u(u, 32) != 0)
  store32(x, 0, KIND_BIGINT)
  store32(x, 4, if v < 0 { 0 - n } else { n })
  store64(x, 8, u)
  return x
}

/// Memory for n limbs, until the next allocation of that kind when they are few.
fun big_scratch(n: i32): ref {
  if n <= 64 { return ref(static_area("big scratch", 264)) }
  let t = alloc_any(8 + shl(n, 2), KIND_RAWS)
  store32(t, 4, shl(n, 2))
  return t
}

// ---- sums

/// a + b for two integers.
/// inline
fun big_add(a: cell, b: cell): cell {
  if cell_is_small_int(cell(and(i64(a), i64(b)))) { return cell_of_i64(cell_small_int(a) + cell_small_int(b)) }
  return big_sum(a, b, false)
}

/// a - b for two integers.
/// inline
fun big_sub(a: cell, b: cell): cell {
  if cell_is_small_int(cell(and(i64(a), i64(b)))) { return cell_of_i64(cell_small_int(a) - cell_small_int(b)) }
  return big_sum(a, b, true)
}

/// -a for an integer.
fun big_neg(a: cell): cell {
  return big_sub(cell_of_i64(0), a)
}

/// The absolute value of an integer.
fun big_abs(a: cell): cell {
  return if big_sign(a) < 0 { big_neg(a) } else { a }
}

/// a + b, or a - b.
/// noinline
fun big_sum(a: cell, b: cell, minus: bool): cell {
  if !cell_is_big(a) && !cell_is_big(b) {
    let x = cell_whole(a)
    let y = cell_whole(b)
    let r = if minus { x - y } else { x + y }
    // The signs tell whether 64 bits were enough.
    if and(if minus { xor(x, y) } else { xor(x, r) }, xor(if minus { x } else { y }, r)) >= 0 { return cell_of_i64(r) }
  }
  var x = big_operand(a, 0)
  var y = big_operand(b, 1)
  var m = big_limbs(x)
  var n = big_limbs(y)
  var negative = big_is_negative(x)
  let same = negative == (big_is_negative(y) != minus)
  // x is the one with the larger magnitude.
  let order = if same { m - n } else { mag_compare(x + BIG_BYTES, m, y + BIG_BYTES, n) }
  if order < 0 {
    let z = x
    x = y
    y = z
    let k = m
    m = n
    n = k
    if !same { negative = !negative }
  }
  if !same {
    let r = big_new(m)
    mag_sub(r + BIG_BYTES, x + BIG_BYTES, m, y + BIG_BYTES, n)
    keep(x)
    keep(y)
    return big_trim(r, m, negative)
  }
  let r = big_new(m + 1)
  store32(r + shl(m, 2), BIG_BYTES, mag_add(r + BIG_BYTES, x + BIG_BYTES, m, y + BIG_BYTES, n))
  keep(x)
  keep(y)
  return big_trim(r, m + 1, negative)
}

// ---- products

/// a * b for two integers.
/// inline
fun big_mul(a: cell, b: cell): cell {
  if cell_is_small_int(cell(and(i64(a), i64(b)))) {
    let x = cell_small_int(a)
    let y = cell_small_int(b)
    if shr_u(or(x + 2147483648, y + 2147483648), 32) == 0 { return cell_of_i64(x * y) }
  }
  return big_product(a, b)
}

/// noinline
fun big_product(a: cell, b: cell): cell {
  if !cell_is_big(a) && !cell_is_big(b) { return big_product_of_ints(cell_whole(a), cell_whole(b)) }
  var x = big_operand(a, 0)
  var y = if a == b { x } else { big_operand(b, 1) }
  let negative = xor(load32(x, 4), load32(y, 4)) < 0
  var m = big_limbs(x)
  var n = big_limbs(y)
  if m < n {
    let z = x
    x = y
    y = z
    n = m
    m = big_limbs(x)
  }
  if n == 0 { return cell_of_i64(0) }
  let r = big_new(m + n)
  if n == 1 {
    let high = mag_mul_1(r + BIG_BYTES, x + BIG_BYTES, m, load32u_64(y, BIG_BYTES), 0)
    store32(r + shl(m, 2), BIG_BYTES, i32(high))
  } else {
    let t = big_scratch(mag_mul_scratch(n))
    mag_mul(r + BIG_BYTES, x + BIG_BYTES, m, y + BIG_BYTES, n, t + 8)
    keep(t)
  }
  keep(x)
  keep(y)
  return big_trim(r, m + n, negative)
}

fun big_product_of_ints(x: i64, y: i64): cell {
  // Fewer than 64 significant bits together, sign bits apart.
  if clz(xor(x, shr_s(x, 63))) + clz(xor(y, shr_s(y, 63))) >= 66 { return cell_of_i64(x * y) }
  let u = if x < 0 { 0 - x } else { x }
  let v = if y < 0 { 0 - y } else { y }
  let r = big_new(4)
  store64(r, 8, u * v)
  store64(r, 16, mul_high(u, v))
  return big_trim(r, 4, xor(x, y) < 0)
}

/// a to the power of n by repeated squaring (TAOCP, section 4.6.3). A negative exponent gives the quotient 1 / a^-n, rounded
/// toward zero.
fun big_pow(a: cell, n: i64): cell {
  if n == 0 { return cell_of_i64(1) }
  if !cell_is_big(a) {
    let x = cell_whole(a)
    if x == 0 && n < 0 { fail_div() }
    if x == 0 || x == 1 { return a }
    if x == -1 { return cell_of_i64(if and(n, 1) == 0 { 1 } else { -1 }) }
    if n > 0 && popcnt(x) == 1 && x > 0 && n < 0x400000000 { return big_shift_left(cell_of_i64(1), n * ctz(x)) }
  }
  if n < 0 { return cell_of_i64(0) }
  if n >= shl(MOST_LIMBS, 5) { fail("out of memory") }
  var result = a
  var bit = 62 - clz(n)
  while bit >= 0 {
    result = big_mul(result, result)
    if and(shr_u(n, bit), 1) != 0 { result = big_mul(result, a) }
    bit = bit - 1
  }
  return result
}

/// a * 2^n, n >= 0.
fun big_shift_left(a: cell, n: i64): cell {
  let x = big_operand(a, 0)
  let m = big_limbs(x)
  if m == 0 { return a }
  if n >= shl(MOST_LIMBS, 5) { fail("out of memory") }
  let zeros = i32(shr_u(n, 5))
  let r = big_new(m + zeros + 1)
  let p = r + BIG_BYTES
  memory_fill(p, 0, shl(zeros, 2))
  let high = mag_shift_left(p + shl(zeros, 2), x + BIG_BYTES, m, and(n, 31))
  store32(p + shl(m + zeros, 2), 0, high)
  keep(x)
  return big_trim(r, m + zeros + 1, big_is_negative(x))
}

// ---- quotients

/// a / b for two integers, rounded toward zero.
fun big_div(a: cell, b: cell): cell {
  if !cell_is_big(a) && !cell_is_big(b) {
    let y = cell_whole(b)
    if y == -1 { return big_neg(a) }
    return cell_of_i64(int_div(cell_whole(a), y))
  }
  return big_quotient(a, b)
}

/// The remainder of a / b, with the sign of a.
fun big_rem(a: cell, b: cell): cell {
  if !cell_is_big(b) {
    let y = cell_whole(b)
    if !cell_is_big(a) { return cell_of_i64(int_rem(cell_whole(a), y)) }
    if y == 0 { fail_div() }
    let u = if y < 0 { 0 - y } else { y }
    if shr_u(u, 32) == 0 {
      let rest = mag_rem_1(ref(a) + BIG_BYTES, big_limbs(ref(a)), u)
      let negative = big_is_negative(ref(a))
      keep(a)
      return cell_of_i64(if negative { 0 - rest } else { rest })
    }
  }
  return big_remainder(a, b)
}

/// noinline
fun big_quotient(a: cell, b: cell): cell {
  let x = big_operand(a, 0)
  let y = big_operand(b, 1)
  let m = big_limbs(x)
  let n = big_limbs(y)
  if n == 0 { fail_div() }
  if m < n { return cell_of_i64(0) }
  let q = big_new(m - n + 1)
  if n == 1 {
    mag_div_1(q + BIG_BYTES, x + BIG_BYTES, m, load32u_64(y, BIG_BYTES), 0)
  } else {
    let t = big_scratch(mag_div_scratch(m, n) + n)
    let r = t + 8
    mag_div(q + BIG_BYTES, r, x + BIG_BYTES, m, y + BIG_BYTES, n, r + shl(n, 2))
    keep(t)
  }
  keep(x)
  keep(y)
  return big_trim(q, m - n + 1, xor(load32(x, 4), load32(y, 4)) < 0)
}

/// noinline
fun big_remainder(a: cell, b: cell): cell {
  let x = big_operand(a, 0)
  let y = big_operand(b, 1)
  let m = big_limbs(x)
  let n = big_limbs(y)
  if m < n { return a }
  let r = big_new(n)
  let t = big_scratch(mag_div_scratch(m, n) + m - n + 1)
  let q = t + 8
  mag_div(q, r + BIG_BYTES, x + BIG_BYTES, m, y + BIG_BYTES, n, q + shl(m - n + 1, 2))
  keep(t)
  keep(x)
  keep(y)
  return big_trim(r, n, big_is_negative(x))
}

// ---- order

/// -1, 0 or 1: the sign of an integer.
fun big_sign(a: cell): i32 {
  if cell_is_big(a) { return if big_is_negative(ref(a)) { -1 } else { 1 } }
  let v = cell_whole(a)
  return i32(v > 0) - i32(v < 0)
}

/// The order of two integers: -1, 0 or 1.
fun big_compare(a: cell, b: cell): i32 {
  if !cell_is_big(a) {
    if cell_is_big(b) { return if big_is_negative(ref(b)) { 1 } else { -1 } }
    let x = cell_whole(a)
    let y = cell_whole(b)
    return i32(x > y) - i32(x < y)
  }
  let m = load32(ref(a), 4)
  if !cell_is_big(b) { return if m < 0 { -1 } else { 1 } }
  let n = load32(ref(b), 4)
  if xor(m, n) < 0 { return if m < 0 { -1 } else { 1 } }
  let order = mag_compare(ref(a) + BIG_BYTES, big_limbs(ref(a)), ref(b) + BIG_BYTES, big_limbs(ref(b)))
  keep(a)
  keep(b)
  return if m < 0 { 0 - order } else { order }
}

/// The order of two numbers of any types: number_order for programs with integers beyond 64 bits.
/// noinline
fun wide_order(a: cell, b: cell): i32 {
  if cell_is_float(a) {
    let order = wide_float_order(b, cell_raw_float(a))
    return if order == UNORDERED { order } else { 0 - order }
  }
  if cell_is_float(b) { return wide_float_order(a, cell_raw_float(b)) }
  if big_rats() != 0 {
    if cell_is_rat(a) || cell_is_rat(b) { return rat_compare(a, b) }
  }
  return big_compare(a, b)
}

/// The order of a number that is no float, and a float.
fun wide_float_order(a: cell, f: f64): i32 {
  if big_rats() != 0 {
    if cell_is_rat(a) { return rat_float_order(a, f) }
  }
  return if cell_is_big(a) { big_float_order(ref(a), f) } else { int_float_order(cell_whole(a), f) }
}

/// The order of a BIGINT and a float, exactly; UNORDERED for NaN.
fun big_float_order(x: ref, f: f64): i32 {
  if f != f { return UNORDERED }
  let sign = if big_is_negative(x) { -1 } else { 1 }
  let size = abs(f)
  // Of other signs, or with too few bits for a BIGINT.
  if f != copysign(f, f64(sign)) || size < 9223372036854775808.0 { return sign }
  if size - size != 0.0 { return 0 - sign }
  let n = big_limbs(x)
  let bits_more = mag_bits(x + BIG_BYTES, n) - 1 - (shr_u(bits(size), 52) - 1023)
  if bits_more != 0 { return if bits_more < 0 { 0 - sign } else { sign } }
  let high = mag_high(x + BIG_BYTES, n)
  let other = shl(significand(bits(size)), 11)
  if high != other { return if lt_u(high, other) { 0 - sign } else { sign } }
  return if mag_rest(x + BIG_BYTES, n) { sign } else { 0 }
}

/// The hash of a BIGINT.
fun big_hash(x: ref): i32 {
  var h = load32(x, 4)
  for i in 0..big_limbs(x) {
    h = hash_mix(i64_u(h) + shl(load32u_64(x + shl(i, 2), BIG_BYTES), 32))
  }
  return h
}

// ---- floats

/// The highest 64 bits of a magnitude of two limbs at least, from the first one that is set.
fun mag_high(p: i32, n: i32): i64 {
  let zeros = clz(load32(p + shl(n, 2), -4))
  return if n == 2 { shl(load64(p, 0), i64(zeros)) } else { mag_window(p, n, zeros) }
}

/// True if a magnitude has other bits beside these.
fun mag_rest(p: i32, n: i32): bool {
  if n == 2 { return false }
  if shl(load32(p + shl(n, 2), -12), clz(load32(p + shl(n, 2), -4))) != 0 { return true }
  return mag_size(p, n - 3) != 0
}

/// The float next to an integer, of two the even one; infinite beyond the largest one.
fun big_to_float(c: cell): f64 {
  if !cell_is_big(c) { return f64(cell_whole(c)) }
  let x = ref(c)
  let p = x + BIG_BYTES
  let n = big_limbs(x)
  let size = mag_bits(p, n) - 1
  if size > 1023 { return if big_is_negative(x) { -1.0 / 0.0 } else { 1.0 / 0.0 } }
  let f = float_rounded(mag_high(p, n), i32(mag_rest(p, n)), i32(size))
  return if big_is_negative(x) { -f } else { f }
}

/// The integer part of a float; fails when there is none.
fun big_of_float(f: f64): cell {
  if f >= -9223372036854775808.0 && f < 9223372036854775808.0 { return cell_of_i64(trunc_sat(f)) }
  if f - f != 0.0 { fail_cast(cell_of_f64(f), "bigint") }
  let whole = cell_of_i64(significand(bits(abs(f))))
  let size = big_shift_left(whole, shr_u(bits(abs(f)), 52) - 1075)
  return if f < 0.0 { big_neg(size) } else { size }
}

/// The integer a value is cast to by \`as bigint\`: floats are truncated, strings read, nil is 0.
fun cell_as_big(c: cell): cell {
  if cell_is_small_int(c) { return c }
  if cell_is_float(c) { return big_of_float(cell_raw_float(c)) }
  if i64(c) == 0 { return cell_of_i64(0) }
  let kind = cell_kind(c)
  if kind == CELL_INT || kind == CELL_BIG { return c }
  if big_rats() != 0 {
    if kind == CELL_RAT { return big_div(rat_num(c), rat_denom(c)) }
  }
  if kind != KIND_STRING { fail_cast(c, "bigint") }
  return big_of_str(ref(c))
}

// ---- greatest common divisor

// Where \`mag_gcd\` leaves its two numbers.
var gcd_high: i32 = 0
var gcd_low: i32 = 0

/// The greatest common divisor of two integers, not negative.
fun big_gcd(a: cell, b: cell): cell {
  var x = big_abs(a)
  var y = big_abs(b)
  if cell_is_big(x) && cell_is_big(y) {
    if big_compare(x, y) < 0 {
      let z = x
      x = y
      y = z
    }
    let n = big_limbs(ref(x))
    let m = big_limbs(ref(y))
    // Four numbers, a quotient and the scratch space of a division.
    let t = big_scratch(n * 10 + 200)
    let p = t + 8
    let q = p + shl(n, 2)
    memory_copy(p, ref(x) + BIG_BYTES, shl(n, 2))
    memory_copy(q, ref(y) + BIG_BYTES, shl(m, 2))
    memory_fill(q + shl(m, 2), 0, shl(n - m, 2))
    let left = mag_gcd(p, q, n, q + shl(n, 2))
    x = big_of_limbs(gcd_high, left)
    y = big_of_limbs(gcd_low, left)
    keep(t)
  }
  // A few steps, until both are ints.
  while cell_is_big(x) || cell_is_big(y) {
    if big_sign(y) == 0 { return x }
    let rest = big_rem(x, y)
    x = y
    y = rest
  }
  var u = cell_whole(x)
  var v = cell_whole(y)
  while v != 0 {
    let rest = u % v
    u = v
    v = rest
  }
  return cell_of_i64(u)
}

/// The integer of n limbs at p, in an object that the caller keeps alive.
fun big_of_limbs(p: i32, n: i32): cell {
  let r = big_new(n)
  memory_copy(r + BIG_BYTES, p, shl(n, 2))
  return big_trim(r, n, false)
}

/// Takes x and y, x >= y, n limbs each, to two smaller numbers with the same greatest common divisor, at least one of two limbs
/// or fewer, in gcd_high and gcd_low; gives their number of limbs. Euclid's algorithm, many steps at once by the leading bits
/// (D. H. Lehmer; TAOCP, section 4.5.2, algorithm L). t: scratch space of 8 n + 200 limbs.
fun mag_gcd(x: i32, y: i32, n: i32, t: i32): i32 {
  var p = x
  var q = y
  var r = t
  var s = t + shl(n, 2)
  let free = s + shl(n, 2)
  var k = n
  while true {
    k = mag_size(p, k)
    let m = mag_size(q, k)
    if m <= 2 { break }
    // 62 bits of both from the first bit of p on, and how the steps so far make the numbers from p and q:
    // c0 p + c1 q and d0 p + d1 q.
    let zeros = clz(load32(p + shl(k, 2), -4))
    var u = shr_u(mag_window(p, k, zeros), 2)
    var v = shr_u(mag_window(q, k, zeros), 2)
    var c0: i64 = 1
    var c1: i64 = 0
    var d0: i64 = 0
    var d1: i64 = 1
    while v + d0 != 0 && v + d1 != 0 {
      // The quotient is certain when both bounds give it.
      let f = (u + c0) / (v + d0)
      if f != (u + c1) / (v + d1) || f >= 2147483648 { break }
      let e0 = c0 - f * d0
      let e1 = c1 - f * d1
      if shr_u(or(e0 + 2147483648, e1 + 2147483648), 32) != 0 { break }
      c0 = d0
      c1 = d1
      d0 = e0
      d1 = e1
      let w = u - f * v
      u = v
      v = w
    }
    if c1 == 0 {
      // Not even one step is certain: a division.
      mag_div(free, r, p, k, q, m, free + shl(k + 1, 2))
      let z = p
      p = q
      q = r
      r = z
      k = m
    } else {
      mag_combine(r, p, c0, q, c1, k)
      mag_combine(s, p, d0, q, d1, k)
      let z = p
      let w = q
      p = r
      q = s
      r = z
      s = w
    }
  }
  gcd_high = p
  gcd_low = q
  return k
}

/// r = f * a + g * b, which is not negative and has not more limbs than a and b; one of f and g is negative or 0.
fun mag_combine(r: i32, a: i32, f: i64, b: i32, g: i64, n: i32) {
  if g <= 0 {
    mag_mul_1(r, a, n, f, 0)
    mag_sub_mul_1(r, b, n, 0 - g)
  } else {
    mag_mul_1(r, b, n, g, 0)
    mag_sub_mul_1(r, a, n, 0 - f)
  }
}

/// 64 bits of a magnitude of three limbs at least, from bit \`zeros\` below the upper end on.
fun mag_window(p: i32, n: i32, zeros: i32): i64 {
  let top = p + shl(n, 2)
  let s = i64(zeros)
  return or(shl(load64(top, -8), s), shr_u(load32u_64(top, -12), 32 - s))
}
`,"bigint_text.mochi":`// Decimal text of integers of any size, both ways by halving (Knuth, "The Art of Computer Programming", volume 2, section 4.4;
// Brent and Zimmermann, "Modern Computer Arithmetic", section 1.7.2): a number is divided by a power 10^(9 * 2^k) near its
// square root, a text cut accordingly. Short ones are converted nine digits at a time.

let NINE_DIGITS: i64 = 1000000000
// From this many limbs, and this many digits, on numbers are halved. Measured.
let SPLIT_LIMBS = 16
let SPLIT_DIGITS = 400

// The powers 10^(9 * 2^k) that have been needed so far: a list of BIGINTs.
var big_tens: ref = 0

/// 10^(9 * 2^k) as a BIGINT (even 10^9 and 10^18).
fun big_ten_power(k: i32): ref {
  if big_tens == 0 {
    big_tens = list_new(ELEM_REF, 8)
    let first = big_new(1)
    store32(first, 4, 1)
    store32(first, BIG_BYTES, i32(NINE_DIGITS))
    list_push(big_tens, first)
  }
  var count = load32(big_tens, 4)
  while count <= k {
    let x = big_ten_power(count - 1)
    let n = big_limbs(x)
    let r = big_new(n + n)
    let t = big_scratch(mag_mul_scratch(n))
    mag_mul(r + BIG_BYTES, x + BIG_BYTES, n, x + BIG_BYTES, n, t + 8)
    keep(t)
    keep(x)
    store32(r, 4, mag_size(r + BIG_BYTES, n + n))
    list_push(big_tens, r)
    count = count + 1
  }
  return loadref(load32(big_tens, 12) + shl(k, 2), 8)
}

// ---- to text

/// The decimal text of an integer.
fun big_str(c: cell): ref {
  if !cell_is_big(c) { return int_str(cell_whole(c)) }
  let x = ref(c)
  let n = big_limbs(x)
  let minus = i32(big_is_negative(x))
  // log10(2) < 0.3010300: at most one digit too many.
  let digits = i32(mag_bits(x + BIG_BYTES, n) * 3010300 / 10000000) + 1
  let s = str_new(minus + digits, minus + digits)
  let t = big_scratch(if n < SPLIT_LIMBS { n } else { n * 8 + 1024 })
  memory_copy(t + 8, x + BIG_BYTES, shl(n, 2))
  store8(s, STRING_BYTES, 45)
  let end = mag_text(t + 8, n, s + STRING_BYTES + minus, 0, t + 8 + shl(n, 2))
  keep(t)
  store32(s, 4, end - s - STRING_BYTES)
  store32(s, 8, end - s - STRING_BYTES)
  return s
}

/// The text of an integer or rational.
fun wide_str(c: cell): ref {
  if big_rats() != 0 {
    if cell_is_rat(c) { return rat_str(c) }
  }
  return big_str(c)
}

/// Writes the digits of the number a (n limbs, which are changed) at \`to\`: \`width\` of them, zeros in front, or with width 0 as
/// many as it has. Gives the address behind them. t: scratch space of 7 n + 1024 limbs, none below SPLIT_LIMBS.
fun mag_text(a: i32, n: i32, to: i32, width: i32, t: i32): i32 {
  if n < SPLIT_LIMBS { return mag_text_base(a, n, to, width) }
  // The largest power whose square has not more limbs; 10^9 has log2(10^9) / 32 < 0.9343.
  var k = 0
  while shl(i64(2), i64(k)) * 9343 < i64(n) * 5000 { k = k + 1 }
  let power = big_ten_power(k)
  let m = big_limbs(power)
  let r = t + shl(n - m + 1, 2)
  let free = r + shl(m, 2)
  mag_div(t, r, a, n, power + BIG_BYTES, m, free)
  keep(power)
  let low = shl(9, k)
  let middle = mag_text(t, mag_size(t, n - m + 1), to, if width == 0 { 0 } else { width - low }, free)
  return mag_text(r, mag_size(r, m), middle, low, free)
}

fun mag_text_base(a: i32, n: i32, to: i32, width: i32): i32 {
  // Nine digits at a time from the right, with width 0 at first into a place that is large enough.
  var count = n
  let end = if width == 0 { static_area("digits", SPLIT_LIMBS * 10) + SPLIT_LIMBS * 10 } else { to + width }
  var p = end
  while count > 0 {
    var nine = i32(mag_div_1(a, a, count, NINE_DIGITS, 0))
    if load32(a + shl(count, 2), -4) == 0 { count = count - 1 }
    for i in 0..4 {
      let rest = nine / 100
      p = p - 2
      put_pair(p, nine - rest * 100)
      nine = rest
    }
    p = p - 1
    store8(p, 0, nine + 48)
  }
  if width != 0 {
    memory_fill(to, 48, p - to)
    return end
  }
  while p != end && load8u(p, 0) == 48 { p = p + 1 }
  memory_copy(to, p, end - p)
  return to + (end - p)
}

// ---- from text

/// The integer that a text is: an optional sign and at least one digit; anything else fails.
fun big_of_str(s: ref): cell {
  if read_int(s, 10) { return cell_of_i64(read_value) }
  let x = big_read(s)
  if i64(x) == 0 { fail_cast(cell(s), "bigint") }
  return x
}

/// The integer that a text is, or nil.
fun big_read(s: ref): cell {
  if s == 0 { return none }
  var p = load32(s, 12)
  let end = p + load32(s, 4)
  let negative = p != end && load8u(p, 0) == 45
  if p != end && (negative || load8u(p, 0) == 43) { p = p + 1 }
  if p == end { return none }
  var q = p
  while q != end {
    if gt_u(load8u(q, 0) - 48, 9) { return none }
    q = q + 1
  }
  let count = end - p
  let r = big_new(digit_limbs(count))
  let t = big_scratch(if count < SPLIT_DIGITS { 0 } else { count + 2048 })
  let n = mag_of_digits(r + BIG_BYTES, p, count, t + 8)
  keep(t)
  keep(s)
  return big_trim(r, n, negative)
}

/// Room for a number of so many digits, in limbs: log2(10) / 32 < 0.103811.
fun digit_limbs(count: i32): i32 {
  return i32(i64_u(count) * 103811 / 1000000) + 4
}

/// The number that \`count\` digits at p are, into r (digit_limbs(count) limbs); gives its size. t: count + 2048 limbs of scratch
/// space, none below SPLIT_DIGITS.
fun mag_of_digits(r: i32, p: i32, count: i32, t: i32): i32 {
  if count < SPLIT_DIGITS { return mag_of_digits_base(r, p, count) }
  // Below 9 * 2^k digits are cut off.
  let k = 31 - clz((count - 1) / 9)
  let low = shl(9, k)
  let y = t + shl(digit_limbs(count - low), 2)
  let free = y + shl(digit_limbs(low), 2)
  let power = big_ten_power(k)
  let m = big_limbs(power)
  let hn = mag_of_digits(t, p, count - low, free)
  let ln = mag_of_digits(y, p + (count - low), low, free)
  if hn == 0 {
    memory_copy(r, y, shl(ln, 2))
    return ln
  }
  mag_mul(r, power + BIG_BYTES, m, t, hn, free)
  keep(power)
  mag_add(r, r, m + hn, y, ln)
  return mag_size(r, m + hn)
}

fun mag_of_digits_base(r: i32, p: i32, count: i32): i32 {
  var n = 0
  var q = p
  let end = p + count
  var group = count % 9
  if group == 0 { group = 9 }
  while q < end {
    var nine: i64 = 0
    for i in 0..group {
      nine = nine * 10 + i64(load8u(q, 0) - 48)
      q = q + 1
    }
    group = 9
    let high = mag_mul_1(r, r, n, NINE_DIGITS, nine)
    if high != 0 {
      store32(r + shl(n, 2), 0, i32(high))
      n = n + 1
    }
  }
  return n
}
`,"bigrat.mochi":`// Rational numbers: a numerator and a positive denominator without a common divisor, both integers of any size. Only programs
// that use them (\`big_rats()\`) have them.
//
//     BIGRAT   +8 numerator (cell)   +16 denominator (cell)

/// A new BIGRAT of what is already in lowest terms.
fun rat_object(n: cell, d: cell): cell {
  let r = alloc(24, KIND_BIGRAT)
  store32(r, 4, 0)
  storecell(r, 8, n)
  storecell(r, 16, d)
  return cell(r)
}

/// inline
fun cell_is_rat(c: cell): bool {
  return cell_has_kind(c, KIND_BIGRAT)
}

/// The rational n / d for two integers; d = 0 fails with "division by zero".
fun rat_new(n: cell, d: cell): cell {
  let sign = big_sign(d)
  if sign == 0 { fail_div() }
  let g = big_gcd(n, d)
  let divisor = if sign < 0 { big_neg(g) } else { g }
  return rat_object(rat_part(n, divisor), rat_part(d, divisor))
}

/// n / d for a divisor d of n.
fun rat_part(n: cell, d: cell): cell {
  return if d == cell_of_i64(1) { n } else { big_div(n, d) }
}

/// The numerator of a rational or integer.
fun rat_num(c: cell): cell {
  if cell_is_rat(c) { return loadcell(ref(c), 8) }
  return rat_integer(c)
}

/// The denominator of a rational or integer: positive.
fun rat_denom(c: cell): cell {
  if cell_is_rat(c) { return loadcell(ref(c), 16) }
  rat_integer(c)
  return cell_of_i64(1)
}

/// An integer, or a bool as one.
fun rat_integer(c: cell): cell {
  if cell_is_small_int(c) || cell_is_big(c) { return c }
  return cell_of_i64(cell_whole(c))
}

// ---- arithmetic (Knuth, "The Art of Computer Programming", volume 2, section 4.5.1); the operands are rationals or integers

fun rat_add(a: cell, b: cell): cell {
  return rat_sum(a, rat_num(b), rat_denom(b))
}

fun rat_sub(a: cell, b: cell): cell {
  return rat_sum(a, big_neg(rat_num(b)), rat_denom(b))
}

/// a + n / d.
fun rat_sum(a: cell, n: cell, d: cell): cell {
  let e = rat_denom(a)
  let g = big_gcd(d, e)
  let rest = rat_part(d, g)
  let sum = big_add(big_mul(rat_num(a), rest), big_mul(n, rat_part(e, g)))
  // The sum has no divisor in common with what the denominators do not share.
  let common = big_gcd(sum, g)
  return rat_object(rat_part(sum, common), big_mul(rat_part(e, common), rest))
}

fun rat_mul(a: cell, b: cell): cell {
  return rat_product(rat_num(a), rat_denom(a), rat_num(b), rat_denom(b))
}

fun rat_div(a: cell, b: cell): cell {
  let sign = big_sign(rat_num(b))
  if sign == 0 { fail_div() }
  let n = if sign < 0 { big_neg(rat_num(a)) } else { rat_num(a) }
  return rat_product(n, rat_denom(a), rat_denom(b), big_abs(rat_num(b)))
}

/// (n / d) * (p / q), each in lowest terms.
fun rat_product(n: cell, d: cell, p: cell, q: cell): cell {
  let g = big_gcd(n, q)
  let h = big_gcd(p, d)
  return rat_object(big_mul(rat_part(n, g), rat_part(p, h)), big_mul(rat_part(d, h), rat_part(q, g)))
}

fun rat_neg(a: cell): cell {
  return rat_object(big_neg(rat_num(a)), rat_denom(a))
}

/// The order of two rationals or integers: -1, 0 or 1.
fun rat_compare(a: cell, b: cell): i32 {
  return big_compare(big_mul(rat_num(a), rat_denom(b)), big_mul(rat_num(b), rat_denom(a)))
}

/// The order of a rational and a float, exactly; UNORDERED for NaN.
fun rat_float_order(a: cell, x: f64): i32 {
  if x != x { return UNORDERED }
  if x - x != 0.0 { return if x > 0.0 { -1 } else { 1 } }
  return rat_compare(a, rat_of_float(x))
}

fun rat_hash(r: ref): i32 {
  return cell_hash(loadcell(r, 8)) * 31 + cell_hash(loadcell(r, 16))
}

// ---- conversions

/// Always as a/b, also 3/1.
fun rat_str(c: cell): ref {
  return str_concat(str_concat(big_str(rat_num(c)), "/"), big_str(rat_denom(c)))
}

/// The exact value of a float; fails for what is no number.
fun rat_of_float(x: f64): cell {
  let m = big_of_float(x)
  if big_to_float(m) == x { return rat_object(m, cell_of_i64(1)) }
  // x = f * 2^-e with odd f.
  let size = bits(abs(x))
  let f = significand(size)
  let zeros = ctz(f)
  let n = cell_of_i64(if x < 0.0 { 0 - shr_s(f, zeros) } else { shr_s(f, zeros) })
  return rat_object(n, big_shift_left(cell_of_i64(1), 1075 - scale_of(size) - zeros))
}

/// The float next to a rational, of two the even one.
fun rat_to_float(c: cell): f64 {
  let n = big_abs(rat_num(c))
  let d = rat_denom(c)
  if big_sign(n) == 0 { return 0.0 }
  // A quotient of 66 bits or 67 bits, and whether there is a remainder.
  let shift = 66 - (big_bits(n) - big_bits(d))
  let above = if shift > 0 { big_shift_left(n, shift) } else { n }
  let below = if shift < 0 { big_shift_left(d, 0 - shift) } else { d }
  let q = big_div(above, below)
  let rest = big_sign(big_sub(above, big_mul(q, below))) != 0
  let p = ref(q) + BIG_BYTES
  let k = big_limbs(ref(q))
  let f = float_rounded(mag_high(p, k), i32(mag_rest(p, k) || rest), float_exponent_of(mag_bits(p, k) - 1 - shift))
  keep(q)
  return if big_sign(rat_num(c)) < 0 { -f } else { f }
}

/// An exponent cut to what \`float_rounded\` needs to tell zero and infinity.
fun float_exponent_of(e: i64): i32 {
  return i32(if e > 2000 { 2000 } else if e < -2000 { -2000 } else { e })
}

/// The number of bits of an integer's magnitude.
fun big_bits(a: cell): i64 {
  let x = big_operand(a, 0)
  let n = big_limbs(x)
  return if n == 0 { 0 } else { mag_bits(x + BIG_BYTES, n) }
}

/// The rational a value is cast to by \`as bigrat\`: ints, floats (exactly), strings (\`12\`, \`-1/3\`, \`0.25\`); nil is 0.
fun cell_as_rat(c: cell): cell {
  if i64(c) == 0 { return rat_object(cell_of_i64(0), cell_of_i64(1)) }
  if cell_is_float(c) {
    if cell_raw_float(c) - cell_raw_float(c) != 0.0 { fail_cast(c, "bigrat") }
    return rat_of_float(cell_raw_float(c))
  }
  let kind = cell_kind(c)
  if kind == CELL_RAT { return c }
  if kind == CELL_INT || kind == CELL_BIG { return rat_object(c, cell_of_i64(1)) }
  if kind != KIND_STRING { fail_cast(c, "bigrat") }
  return rat_of_str(ref(c))
}

/// The rational that a text is: an integer, two of them with \`/\` between, or digits with a point among them.
fun rat_of_str(s: ref): cell {
  let slash = str_index_of(s, "/")
  if slash >= 0 {
    let n = big_read(str_slice(s, 0, slash))
    let d = big_read(str_slice(s, slash + 1, str_len(s)))
    if i64(n) == 0 || i64(d) == 0 || big_sign(d) == 0 { fail_cast(cell(s), "bigrat") }
    return rat_new(n, d)
  }
  let point = str_index_of(s, ".")
  var digits = s
  if point >= 0 { digits = str_concat(str_slice(s, 0, point), str_slice(s, point + 1, str_len(s))) }
  let n = big_read(digits)
  if i64(n) == 0 { fail_cast(cell(s), "bigrat") }
  return rat_new(n, big_pow(cell_of_i64(10), if point < 0 { 0 } else { str_len(s) - point - 1 }))
}
`,"cell.mochi":`// Cells: values of any type in 64 bits (NaN boxing: David Gudeman, "Representing type information in dynamically typed
// languages", University of Arizona TR 93-27, 1993).
//
//     0                                  nil
//     0x0000_0000_rrrr_rrrr              a reference; ints that do not fit 50 bits are INT64 objects
//     0x0001_0000_0000_000b              false, true
//     0x0002_0000_0000_0000 + the bits   a float (NaN is always 0x7FF8_0000_0000_0000)
//     0xFFFC_0000_0000_0000 + 50 bits    an int
//
// Every value has one representation only, so equal bits are equal values, NaN aside.

let BOOL_TAG: i64 = 0x0001000000000000
let FLOAT_TAG: i64 = 0x0002000000000000
let NAN_CELL: i64 = 0x7ffa000000000000
// 0xFFFC_0000_0000_0000
let INT_TAG: i64 = -0x0004000000000000

// What \`cell_kind\` gives: the KIND_* of a reference, 0 for nil, or one of these.
let CELL_BOOL = 32
let CELL_INT = 33
let CELL_FLOAT = 34
// An integer beyond 64 bits, a rational: in programs that have them.
let CELL_BIG = 35
let CELL_RAT = 36

// ---- making cells

/// inline
fun cell_of_i64(v: i64): cell {
  return if shr_s(shl(v, 14), 14) == v { cell(or(v, INT_TAG)) } else { int64_box(v) }
}

/// A new INT64 object.
/// noinline
fun int64_box(v: i64): cell {
  let box = alloc(16, KIND_INT64)
  store64(box, 8, v)
  return cell(box)
}

/// inline
fun cell_of_f64(x: f64): cell {
  return cell(select(x == x, bits(x) + FLOAT_TAG, NAN_CELL))
}

/// inline
fun cell_of_bool(b: bool): cell {
  return cell(or(i64(b), BOOL_TAG))
}

// ---- telling them apart

/// inline
fun cell_is_small_int(c: cell): bool {
  return ge_u(i64(c), INT_TAG)
}

/// inline
fun cell_small_int(c: cell): i64 {
  return shr_s(shl(i64(c), 14), 14)
}

/// inline
fun cell_is_float(c: cell): bool {
  return lt_u(i64(c) - FLOAT_TAG, INT_TAG - FLOAT_TAG)
}

/// inline
fun cell_raw_float(c: cell): f64 {
  return from_bits(i64(c) - FLOAT_TAG)
}

/// inline
fun cell_is_bool(c: cell): bool {
  return shr_u(i64(c), 48) == 1
}

/// inline
fun cell_is_ref(c: cell): bool {
  return shr_u(i64(c), 32) == 0
}

fun cell_is_int(c: cell): bool {
  return cell_kind(c) == CELL_INT
}

/// True for integers of any size.
fun cell_is_integer(c: cell): bool {
  let kind = cell_kind(c)
  return kind == CELL_INT || kind == CELL_BIG
}

/// True for numbers but floats.
fun cell_is_exact(c: cell): bool {
  let kind = cell_kind(c)
  return kind == CELL_INT || kind >= CELL_BIG
}

fun cell_is_str(c: cell): bool {
  return cell_has_kind(c, KIND_STRING)
}

/// True if the cell is a reference to an object of a kind.
/// inline
fun cell_has_kind(c: cell, kind: i32): bool {
  return cell_is_ref(c) && load8u(ref(c), 0) == kind
}

/// What a cell holds: KIND_*, CELL_* or 0.
/// noinline
fun cell_kind(c: cell): i32 {
  let high = i32(shr_u(i64(c), 32))
  if high == 0 {
    // The object at 0, nil, has the kind 0.
    let kind = load8u(ref(c), 0)
    if big_ints() != 0 {
      if kind == KIND_BIGINT { return CELL_BIG }
    }
    if big_rats() != 0 {
      if kind == KIND_BIGRAT { return CELL_RAT }
    }
    return select(kind == KIND_INT64, CELL_INT, kind)
  }
  if ge_u(high, 0xfffc0000) { return CELL_INT }
  return if high == 0x10000 { CELL_BOOL } else { CELL_FLOAT }
}

/// The name of a value's type for messages; of a struct its own name.
fun cell_type_name(c: cell): ref {
  let kind = cell_kind(c)
  if kind == 0 { return "nil" }
  if kind == CELL_INT { return "int" }
  if kind == CELL_FLOAT { return "float" }
  if kind == CELL_BOOL { return "bool" }
  if kind == KIND_STRUCT && !struct_is_record(ref(c)) { return loadref(descriptor_of(ref(c)), 4) }
  if big_ints() != 0 {
    if kind == CELL_BIG { return "bigint" }
    if kind == CELL_RAT { return "bigrat" }
  }
  return kind_name(kind)
}

/// The name of a kind of objects.
fun kind_name(kind: i32): ref {
  if kind == KIND_STRING { return "string" }
  if kind == KIND_LIST { return "list" }
  if kind == KIND_MAP || kind == KIND_STRUCT { return "map" }
  return "function"
}

/// The descriptor of a struct's or closure's type.
/// inline
fun descriptor_of(object: ref): i32 {
  return load32(type_table() + shl(load16u(object, 2), 2), 0)
}

// ---- typed values out of cells: fail when the value is of another type

/// An int.
/// inline
fun cell_int(c: cell): i64 {
  return if cell_is_small_int(c) { cell_small_int(c) } else { cell_int_slow(c) }
}

/// noinline
fun cell_int_slow(c: cell): i64 {
  if !cell_has_kind(c, KIND_INT64) {
    if big_ints() != 0 {
      if cell_is_big(c) { fail_overflow() }
    }
    fail_needed(c, "an int")
  }
  return load64(ref(c), 8)
}

/// A float; a number of another type becomes one.
/// inline
fun cell_float(c: cell): f64 {
  return if cell_is_float(c) { cell_raw_float(c) } else { cell_float_slow(c) }
}

/// noinline
fun cell_float_slow(c: cell): f64 {
  if !cell_is_exact(c) { fail_needed(c, "a float") }
  return cell_number(c)
}

/// inline
fun cell_bool(c: cell): bool {
  if !cell_is_bool(c) { fail_needed(c, "a bool") }
  return i32(i64(c))
}

/// The object of a kind; nil is 0.
/// inline
fun cell_ref(c: cell, kind: i32): ref {
  if i64(c) != 0 {
    if !cell_has_kind(c, kind) { fail_kind(c, kind) }
  }
  return ref(c)
}

/// An object of any kind (but an int), or nil.
fun cell_object(c: cell): ref {
  if !cell_is_ref(c) || cell_kind(c) >= CELL_BOOL { fail_needed(c, "an object") }
  return ref(c)
}

/// noinline
fun fail_kind(c: cell, kind: i32) {
  needed_begin(c)
  out_str("a ")
  out_str(kind_name(kind))
  fail_needed_end()
}

/// Fails: c is not \`what\`. Failing allocates nothing.
/// noinline
fun fail_needed(c: cell, what: ref) {
  needed_begin(c)
  out_str(what)
  fail_needed_end()
}

fun needed_begin(c: cell) {
  error_begin()
  out_str(cell_type_name(c))
  out_str(" where ")
}

fun fail_needed_end() {
  out_str(" is needed")
  error_end()
}

// ---- casts

/// \`x as int\` and int(x): nil is 0, floats are truncated, strings are read.
fun cell_as_int(c: cell): i64 {
  if cell_is_small_int(c) { return cell_small_int(c) }
  if cell_is_float(c) { return float_to_int(cell_raw_float(c)) }
  if i64(c) == 0 { return 0 }
  let kind = cell_kind(c)
  if kind == CELL_INT { return cell_int(c) }
  if big_ints() != 0 {
    if kind >= CELL_BIG { return cell_int(cell_as_big(c)) }
  }
  if kind != KIND_STRING { fail_cast(c, "int") }
  return str_int(ref(c))
}

/// \`x as float\` and float(x): nil is 0, ints are converted, strings are read.
fun cell_as_float(c: cell): f64 {
  if cell_is_float(c) { return cell_raw_float(c) }
  if i64(c) == 0 { return 0.0 }
  if cell_is_exact(c) { return cell_number(c) }
  if !cell_is_str(c) { fail_cast(c, "float") }
  return str_float(ref(c))
}

/// \`x as string\`: strings only; nil stays nil.
fun cell_as_str(c: cell): ref {
  if i64(c) != 0 {
    if !cell_has_kind(c, KIND_STRING) { fail_cast(c, "string") }
  }
  return ref(c)
}

/// \`x as bool\`: bools only.
fun cell_as_bool(c: cell): bool {
  if !cell_is_bool(c) { fail_cast(c, "bool") }
  return i32(i64(c))
}

/// What counts as true: not false, 0, 0.0, nil, or an empty string, list or map.
/// inline
fun cell_truthy(c: cell): bool {
  return if cell_is_bool(c) { i32(i64(c)) } else { i32(cell_truthy_slow(c)) }
}

/// noinline
fun cell_truthy_slow(c: cell): bool {
  let kind = cell_kind(c)
  if kind == CELL_FLOAT { return cell_raw_float(c) != 0.0 }
  // The small int 0 has no bits but its tag, and 0 is never an INT64 object.
  if kind == CELL_INT { return i64(c) != INT_TAG }
  // Strings, lists and maps begin with their length.
  if kind == KIND_STRING || kind == KIND_LIST || kind == KIND_MAP { return load32(ref(c), 4) != 0 }
  if big_rats() != 0 {
    if kind == CELL_RAT { return i64(rat_num(c)) != INT_TAG }
  }
  return kind != 0
}

// ---- values in memory

/// The value of an element kind at an address.
fun cell_load(p: i32, kind: i32): cell {
  if kind == ELEM_I64 { return cell_of_i64(load64(p, 0)) }
  if kind == ELEM_F64 { return cell_of_f64(loadf64(p, 0)) }
  if kind == ELEM_REF { return cell(loadref(p, 0)) }
  if kind == ELEM_CELL { return loadcell(p, 0) }
  return cell_of_bool(load8u(p, 0))
}

/// Stores a value at an address that holds one of an element kind; ints become floats, anything else of another type
/// fails. An object may replace another one of its kind only, because typed code relies on that.
fun cell_store(p: i32, kind: i32, v: cell) {
  if kind == ELEM_CELL {
    storecell(p, 0, v)
  } else if kind == ELEM_I64 {
    store64(p, 0, cell_int(v))
  } else if kind == ELEM_F64 {
    storef64(p, 0, cell_float(v))
  } else if kind == ELEM_BOOL {
    store8(p, 0, i32(cell_bool(v)))
  } else {
    let object = cell_object(v)
    let old = load8u(loadref(p, 0), 0)
    if old != 0 && object != 0 && load8u(object, 0) != old { fail_kind(v, old) }
    storeref(p, 0, object)
  }
}

// ---- boxes of captured variables

/// A new BOX.
/// inline
fun box_new<T>(v: T): ref {
  let box = alloc(16, or(KIND_BOX, shl(kindof(T), 8)))
  store(box, 8, v)
  return box
}

/// inline
fun box_get<T>(box: ref): T {
  return load(box, 8)
}

/// inline
fun box_set<T>(box: ref, v: T) {
  store(box, 8, v)
}
`,"cell_access.mochi":`// Indexes, fields, slices, membership and the built-ins over lists, for values whose type is known at run time only.

// ---- indexes and fields

/// c[i]: an element of a list, a character of a string, the value of a map's key or a struct's field; nil when there is no
/// such key, and of nil.
/// noinline
fun cell_index(c: cell, i: cell): cell {
  let kind = cell_kind(c)
  let object = ref(c)
  if kind == KIND_LIST { return list_get_cell(object, cell_position(i, "list")) }
  if kind == KIND_MAP {
    let p = map_find_cell(object, i)
    if p == 0 { return none }
    return map_value_cell(object, p)
  }
  if kind == KIND_STRING { return cell(str_index(object, cell_position(i, "string"))) }
  if kind == KIND_STRUCT && cell_is_str(i) { return struct_get(object, ref(i)) }
  if kind != 0 { fail_operation("index ", c) }
  return none
}

/// An index, which must be an int.
fun cell_position(i: cell, what: ref): i64 {
  if cell_is_small_int(i) { return cell_small_int(i) }
  if !cell_is_int(i) {
    error_begin()
    out_str(what)
    out_str(" index must be int, not ")
    out_str(cell_type_name(i))
    error_end()
  }
  return cell_int(i)
}

/// Element i of a list of any kind; negative indexes count from the end.
fun list_get_cell(xs: ref, i: i64): cell {
  let length = list_len(xs)
  let k = if i < 0 { i + length } else { i }
  if ge_u(k, length) { fail_index(i, length) }
  return list_cell_at(xs, i32(k))
}

/// Fails: \`what\` cannot be done with c.
/// noinline
fun fail_operation(what: ref, c: cell) {
  error_begin()
  out_str("cannot ")
  out_str(what)
  out_str(cell_type_name(c))
  error_end()
}

/// c[i] = v. Writing to nil fails.
/// noinline
fun cell_index_set(c: cell, i: cell, v: cell) {
  let kind = cell_kind(c)
  if kind == KIND_LIST {
    list_set_cell(ref(c), cell_position(i, "list"), v)
  } else if kind == KIND_MAP {
    let m = ref(c)
    let p = map_find_cell(m, i)
    cell_store(if p == 0 { map_put_cell(m, i) } else { p }, map_value_kind(m), v)
  } else if kind == KIND_STRUCT && cell_is_str(i) {
    struct_set(ref(c), ref(i), v)
  } else {
    fail_operation("assign to an element of ", c)
  }
}

/// xs[i] = v for a list of any kind: as list_set.
fun list_set_cell(xs: ref, i: i64, v: cell) {
  let kind = list_kind(xs)
  if ge_u(i, list_len(xs)) {
    let k = list_extend(xs, i)
    cell_store(list_at(xs, k, elem_size(kind)) + 8, kind, v)
  } else {
    cell_store(list_at(xs, i32(i), elem_size(kind)) + 8, kind, v)
  }
}

/// inline
fun map_value_kind(m: ref): i32 {
  return and(load8u(m, 1), 15)
}

/// inline
fun map_has_int_keys(m: ref): bool {
  return and(load8u(m, 1), 0x10) != 0
}

/// The address of the value of a key, or 0. Keys are the same when their texts are: 1 and "1".
fun map_find_cell(m: ref, key: cell): i32 {
  if map_has_int_keys(m) {
    if big_ints() != 0 {
      if cell_is_big(key) { return 0 }
    }
    if cell_is_str(key) {
      if !read_int(ref(key), 10) { return 0 }
      let value = read_value
      if !str_eq(int_str(value), ref(key)) { return 0 }
      return map_find_i64(m, value)
    }
    return map_find_i64(m, cell_key(key))
  }
  return map_find_str(m, key_text(key))
}

/// The text that a key is in a map with string keys.
fun key_text(key: cell): ref {
  if cell_is_str(key) { return ref(key) }
  if big_ints() != 0 {
    if cell_is_big(key) { return big_str(key) }
  }
  return int_str(cell_key(key))
}

/// The address of the value of a key that is not in the map yet.
fun map_put_cell(m: ref, key: cell): i32 {
  if map_has_int_keys(m) { return map_put_i64(m, if cell_is_str(key) { str_int(ref(key)) } else { cell_key(key) }) }
  return map_put_str(m, key_text(key))
}

fun cell_key(key: cell): i64 {
  if !cell_is_integer(key) { fail_needed(key, "a map key (string or int)") }
  return cell_int(key)
}

/// c.name: the value of a map's key or a struct's field; nil when there is none, and of nil.
/// noinline
fun cell_field(c: cell, name: ref): cell {
  let kind = cell_kind(c)
  if kind == KIND_STRUCT { return struct_get(ref(c), name) }
  if kind == KIND_MAP { return cell_index(c, cell(name)) }
  if kind != 0 { fail_field(c, name) }
  return none
}

/// c.name = v.
/// noinline
fun cell_field_set(c: cell, name: ref, v: cell) {
  let kind = cell_kind(c)
  if kind == KIND_STRUCT {
    struct_set(ref(c), name, v)
  } else if kind == KIND_MAP {
    cell_index_set(c, cell(name), v)
  } else {
    fail_field(c, name)
  }
}

/// noinline
fun fail_field(c: cell, name: ref) {
  error_begin()
  out_str(cell_type_name(c))
  out_str(" has no field ")
  out_str(name)
  error_end()
}

/// The descriptor's entry of a struct's field, or 0.
fun struct_find(s: ref, name: ref): i32 {
  let d = descriptor_of(s)
  for i in 0..load32(d, 8) {
    let field = d + 16 + i * 12
    if str_eq(loadref(field, 0), name) { return field }
  }
  return 0
}

fun struct_get(s: ref, name: ref): cell {
  let field = struct_find(s, name)
  if field != 0 { return cell_load(s + load32(field, 4), load32(field, 8)) }
  if struct_has_name(s, name) { return cell(loadref(descriptor_of(s), 4)) }
  return none
}

/// True for the key \`__name\` of a struct that has a name.
fun struct_has_name(s: ref, key: ref): bool {
  return !struct_is_record(s) && str_eq(key, "__name")
}

fun struct_set(s: ref, name: ref, v: cell) {
  let field = struct_find(s, name)
  if field == 0 { fail_field(cell(s), name) }
  cell_store(s + load32(field, 4), load32(field, 8), v)
}

// ---- slices, length, membership

/// c[a:b] of a list or string; nil of nil.
/// noinline
fun cell_slice(c: cell, a: i64, b: i64): cell {
  let kind = cell_kind(c)
  if kind == KIND_LIST { return cell(list_slice(ref(c), a, b)) }
  if kind == KIND_STRING { return cell(str_slice(ref(c), a, b)) }
  if kind != 0 { fail_operation("slice ", c) }
  return none
}

/// len(c): code points, elements, entries; 0 of nil.
/// noinline
fun cell_len(c: cell): i64 {
  let kind = cell_kind(c)
  if kind == KIND_STRING { return str_len(ref(c)) }
  if kind == KIND_LIST || kind == KIND_MAP { return load32u_64(ref(c), 4) }
  if kind == KIND_STRUCT { return load32u_64(descriptor_of(ref(c)), 8) + i64(!struct_is_record(ref(c))) }
  if kind != 0 { fail_operation("take the length of ", c) }
  return 0
}

/// \`x in c\`: an element of a list, a key of a map, a field of a struct, a part of a string; false for nil.
/// noinline
fun cell_in(x: cell, c: cell): bool {
  let kind = cell_kind(c)
  if kind == KIND_LIST { return list_contains(ref(c), x) }
  if kind == KIND_MAP { return (cell_is_str(x) || cell_is_integer(x)) && map_find_cell(ref(c), x) != 0 }
  if kind == KIND_STRING { return cell_is_str(x) && str_contains(ref(c), ref(x)) }
  if kind == KIND_STRUCT {
    return cell_is_str(x) && (struct_find(ref(c), ref(x)) != 0 || struct_has_name(ref(c), ref(x)))
  }
  if kind != 0 { fail_operation("look for an element in ", c) }
  return false
}

/// append(c, v): a new list, of cells when v is not of the list's kind; nil counts as an empty list.
/// noinline
fun cell_append(c: cell, v: cell): cell {
  if i64(c) == 0 { return cell(list_append(ref(c), v)) }
  let list = cell_ref(c, KIND_LIST)
  let kind = list_kind(list)
  let of = cell_kind(v)
  if kind == ELEM_I64 && of == CELL_INT { return cell(list_append(list, cell_int(v))) }
  if kind == ELEM_F64 && of == CELL_FLOAT { return cell(list_append(list, cell_raw_float(v))) }
  if kind == ELEM_BOOL && of == CELL_BOOL { return cell(list_append(list, cell_bool(v))) }
  if kind == ELEM_REF && cell_is_ref(v) && objects_alike(list, v) { return cell(list_append(list, ref(v))) }
  return cell(list_append(list_convert(list, ELEM_CELL), v))
}

/// True if the list of references \`list\` may hold \`v\`: typed code relies on the kind of the elements.
fun objects_alike(list: ref, v: cell): bool {
  for i in 0..load32(list, 4) {
    let old = loadref(list_at(list, i, 4), 8)
    // Without the bits "shared" and "large".
    if old != 0 && i64(v) != 0 { return and(xor(load32(old, 0), load32(ref(v), 0)), 0xffff3fff) == 0 }
  }
  return i64(v) == 0
}

/// What \`for x in c\` walks: a list itself, the sorted keys of a map or struct, the characters of a string; nothing for nil.
/// noinline
fun cell_keys(c: cell): ref {
  let kind = cell_kind(c)
  let object = ref(c)
  if kind == KIND_LIST { return object }
  if kind == KIND_MAP { return map_keys(object) }
  if kind == KIND_STRING { return str_chars(object) }
  if kind == KIND_STRUCT {
    let keys = list_new(ELEM_REF, load32(descriptor_of(object), 8) + 1)
    var at = record_next(object, 0)
    while at != 0 {
      list_push(keys, record_key(object, at))
      at = record_next(object, at)
    }
    return keys
  }
  if kind != 0 { fail_operation("iterate over ", c) }
  return list_new(ELEM_CELL, 0)
}

// ---- sum, avg, min, max

/// The list that the built-ins over lists take: a list, or the items of a group; 0 for nil.
fun cell_items(c: cell): ref {
  let kind = cell_kind(c)
  if kind == KIND_MAP || kind == KIND_STRUCT {
    let items = cell_field(c, "items")
    if cell_has_kind(items, KIND_LIST) { return ref(items) }
  }
  return cell_ref(c, KIND_LIST)
}

/// The sum of the numbers: exact, or a float if there is a float; nil and empty lists have the sum 0. Texts count as the
/// numbers they are.
/// noinline
fun cell_sum(c: cell): cell {
  let list = cell_items(c)
  var sum = cell_of_i64(0)
  for i in 0..load32(list, 4) {
    let x = list_cell_at(list, i)
    if i64(x) != 0 { sum = cell_add(sum, if cell_is_str(x) { text_number(ref(x)) } else { x }) }
  }
  return sum
}

/// The number that a text is, or 0.
fun text_number(s: ref): cell {
  if read_int(s, 10) { return cell_of_i64(read_value) }
  if big_ints() != 0 {
    let x = big_read(s)
    if i64(x) != 0 { return x }
  }
  if read_float(s) { return cell_of_f64(read_float_value) }
  return cell_of_i64(0)
}

/// The mean of the numbers; nil elements do not count. 0 when there are none.
/// noinline
fun cell_avg(c: cell): f64 {
  let list = cell_items(c)
  var sum = 0.0
  var count = 0
  for i in 0..load32(list, 4) {
    let x = list_cell_at(list, i)
    if i64(x) != 0 {
      sum = sum + cell_number(if cell_is_str(x) { text_number(ref(x)) } else { x })
      count = count + 1
    }
  }
  return if count == 0 { 0.0 } else { sum / f64(count) }
}

/// noinline
fun cell_min(c: cell): cell {
  return cell_extreme(c, -1)
}

/// noinline
fun cell_max(c: cell): cell {
  return cell_extreme(c, 1)
}

/// The least (side -1) or greatest (1) element but nil; the first one of equal ones. Among floats an int becomes a float.
/// 0 for a list without elements.
fun cell_extreme(c: cell, side: i32): cell {
  let list = cell_items(c)
  var best: cell = none
  var floats = 0
  for i in 0..load32(list, 4) {
    let x = list_cell_at(list, i)
    if i64(x) != 0 {
      if cell_is_float(x) { floats = 1 }
      if i64(best) == 0 || cell_compare(x, best) == side { best = x }
    }
  }
  if i64(best) == 0 { return cell_of_i64(0) }
  if floats != 0 && cell_is_exact(best) { return cell_of_f64(cell_number(best)) }
  return best
}
`,"cell_ops.mochi":`// Operators on cells: arithmetic, equality, order.

// ---- arithmetic

/// inline
fun cell_add(a: cell, b: cell): cell {
  if cell_is_small_int(cell(and(i64(a), i64(b)))) { return cell_of_i64(cell_small_int(a) + cell_small_int(b)) }
  return cell_add_slow(a, b)
}

/// inline
fun cell_sub(a: cell, b: cell): cell {
  if cell_is_small_int(cell(and(i64(a), i64(b)))) { return cell_of_i64(cell_small_int(a) - cell_small_int(b)) }
  return cell_sub_slow(a, b)
}

fun cell_mul(a: cell, b: cell): cell {
  if cell_is_small_int(cell(and(i64(a), i64(b)))) {
    let x = cell_small_int(a)
    let y = cell_small_int(b)
    if shr_u(or(x + 2147483648, y + 2147483648), 32) == 0 { return cell_of_i64(x * y) }
  }
  if cell_is_float(a) && cell_is_float(b) { return cell_of_f64(cell_raw_float(a) * cell_raw_float(b)) }
  let how = arithmetic(a, b, "*")
  if how == ARITHMETIC_NIL { return none }
  if how == ARITHMETIC_INT {
    if big_ints() != 0 { return big_mul(a, b) }
    return cell_of_i64(int_mul(cell_whole(a), cell_whole(b)))
  }
  if big_rats() != 0 {
    if how == ARITHMETIC_RAT { return rat_mul(a, b) }
  }
  return cell_of_f64(cell_number(a) * cell_number(b))
}

fun cell_div(a: cell, b: cell): cell {
  if cell_is_small_int(cell(and(i64(a), i64(b)))) {
    if cell_small_int(b) > 0 { return cell_of_i64(cell_small_int(a) / cell_small_int(b)) }
  }
  let how = arithmetic(a, b, "/")
  if how == ARITHMETIC_NIL { return none }
  if how == ARITHMETIC_INT {
    if big_ints() != 0 { return big_div(a, b) }
    return cell_of_i64(int_div(cell_whole(a), cell_whole(b)))
  }
  if big_rats() != 0 {
    if how == ARITHMETIC_RAT { return rat_div(a, b) }
  }
  return cell_of_f64(float_div(cell_number(a), cell_number(b)))
}

fun cell_rem(a: cell, b: cell): cell {
  if cell_is_small_int(cell(and(i64(a), i64(b)))) {
    if cell_small_int(b) > 0 { return cell_of_i64(cell_small_int(a) % cell_small_int(b)) }
  }
  let how = arithmetic(a, b, "%")
  if how == ARITHMETIC_NIL { return none }
  if how == ARITHMETIC_INT {
    if big_ints() != 0 { return big_rem(a, b) }
    return cell_of_i64(int_rem(cell_whole(a), cell_whole(b)))
  }
  if big_rats() != 0 {
    if how == ARITHMETIC_RAT { fail_operator(a, b, "%") }
  }
  return cell_of_f64(float_rem(cell_number(a), cell_number(b)))
}

fun cell_neg(a: cell): cell {
  let how = arithmetic(a, a, "-")
  if how == ARITHMETIC_NIL { return none }
  if how == ARITHMETIC_INT {
    if big_ints() != 0 { return big_neg(a) }
    return cell_of_i64(int_neg(cell_whole(a)))
  }
  if big_rats() != 0 {
    if how == ARITHMETIC_RAT { return rat_neg(a) }
  }
  return cell_of_f64(-cell_number(a))
}

/// noinline
fun cell_add_slow(a: cell, b: cell): cell {
  if cell_is_float(a) && cell_is_float(b) { return cell_of_f64(cell_raw_float(a) + cell_raw_float(b)) }
  let kind = cell_kind(a)
  if kind == KIND_STRING && cell_kind(b) == KIND_STRING { return cell(str_concat(ref(a), ref(b))) }
  if kind == KIND_LIST && cell_kind(b) == KIND_LIST { return cell(lists_concat(ref(a), ref(b))) }
  let how = arithmetic(a, b, "+")
  if how == ARITHMETIC_NIL { return none }
  if how == ARITHMETIC_INT {
    if big_ints() != 0 { return big_sum(a, b, false) }
    return cell_of_i64(int_add(cell_whole(a), cell_whole(b)))
  }
  if big_rats() != 0 {
    if how == ARITHMETIC_RAT { return rat_add(a, b) }
  }
  return cell_of_f64(cell_number(a) + cell_number(b))
}

/// noinline
fun cell_sub_slow(a: cell, b: cell): cell {
  if cell_is_float(a) && cell_is_float(b) { return cell_of_f64(cell_raw_float(a) - cell_raw_float(b)) }
  let how = arithmetic(a, b, "-")
  if how == ARITHMETIC_NIL { return none }
  if how == ARITHMETIC_INT {
    if big_ints() != 0 { return big_sum(a, b, true) }
    return cell_of_i64(int_sub(cell_whole(a), cell_whole(b)))
  }
  if big_rats() != 0 {
    if how == ARITHMETIC_RAT { return rat_sub(a, b) }
  }
  return cell_of_f64(cell_number(a) - cell_number(b))
}

let ARITHMETIC_NIL = 0
let ARITHMETIC_INT = 1
let ARITHMETIC_FLOAT = 2
let ARITHMETIC_RAT = 3

/// How to calculate with two values: nil makes nil, a float makes floats, a rational else rationals, bools are 0 and 1. Fails
/// for what is no number.
/// noinline
fun arithmetic(a: cell, b: cell, operator: ref): i32 {
  let x = cell_kind(a)
  let y = cell_kind(b)
  if x == 0 || y == 0 { return ARITHMETIC_NIL }
  if x < CELL_BOOL || y < CELL_BOOL { fail_operator(a, b, operator) }
  if x == CELL_FLOAT || y == CELL_FLOAT { return ARITHMETIC_FLOAT }
  if big_rats() != 0 {
    if x == CELL_RAT || y == CELL_RAT { return ARITHMETIC_RAT }
  }
  return ARITHMETIC_INT
}

/// noinline
fun fail_operator(a: cell, b: cell, operator: ref) {
  error_begin()
  out_str("operator ")
  out_str(operator)
  out_str(" cannot take ")
  out_str(cell_type_name(a))
  out_str(" and ")
  out_str(cell_type_name(b))
  error_end()
}

/// The value of an int or bool.
fun cell_whole(c: cell): i64 {
  return if cell_is_bool(c) { and(i64(c), 1) } else { cell_int(c) }
}

/// The value of any number or bool as a float.
fun cell_number(c: cell): f64 {
  if big_rats() != 0 {
    if cell_is_rat(c) { return rat_to_float(c) }
  }
  if big_ints() != 0 {
    if cell_is_big(c) { return big_to_float(c) }
  }
  return if cell_is_float(c) { cell_raw_float(c) } else { f64(cell_whole(c)) }
}

/// The elements of two lists of any kinds in a new list.
fun lists_concat(a: ref, b: ref): ref {
  if list_kind(a) == list_kind(b) { return list_concat(a, b) }
  return list_concat(list_convert(a, ELEM_CELL), list_convert(b, ELEM_CELL))
}

// ---- equality

/// \`a == b\`: deep; numbers are compared by value.
/// inline
fun cell_eq(a: cell, b: cell): bool {
  if cell_is_small_int(cell(and(i64(a), i64(b)))) { return a == b }
  return cells_equal(a, b, 0)
}

/// As \`==\`, but 1 and 1.0 differ, at any depth: for \`in\`, distinct and union.
/// inline
fun cell_same(a: cell, b: cell): bool {
  if cell_is_small_int(cell(and(i64(a), i64(b)))) { return a == b }
  return cells_equal(a, b, 1)
}

/// noinline
fun cells_equal(a: cell, b: cell, strict: i32): bool {
  if a == b { return i64(a) != NAN_CELL }
  let x = cell_kind(a)
  let y = cell_kind(b)
  if x >= CELL_FLOAT || y >= CELL_FLOAT {
    if x < CELL_INT || y < CELL_INT { return false }
    if x != y && strict != 0 { return false }
    return number_order(a, b) == 0
  }
  if x < CELL_BOOL && y < CELL_BOOL { return refs_equal(ref(a), ref(b), strict) }
  return x == CELL_INT && y == CELL_INT && cell_int(a) == cell_int(b)
}

/// Deep equality of two objects.
fun ref_eq(a: ref, b: ref): bool {
  return refs_equal(a, b, 0)
}

/// noinline
fun refs_equal(a: ref, b: ref, strict: i32): bool {
  if a == b { return true }
  let kind = load8u(a, 0)
  if kind != load8u(b, 0) { return mixed_equal(a, b, strict) }
  if kind == KIND_STRING { return str_eq(a, b) }
  if kind == KIND_INT64 { return load64(a, 8) == load64(b, 8) }
  if kind == KIND_STRUCT { return structs_equal(a, b, strict) }
  if kind != KIND_LIST && kind != KIND_MAP { return false }
  let count = load32(a, 4)
  if count != load32(b, 4) { return false }
  if kind == KIND_MAP {
    for i in 0..count {
      let p = map_find_cell(b, map_key_at(a, i))
      if p == 0 { return false }
      if !cells_equal(map_value_at(a, i), map_value_cell(b, p), strict) { return false }
    }
    return true
  }
  if list_kind(a) == ELEM_I64 && list_kind(b) == ELEM_I64 {
    return bytes_equal(load32(a, 12) + 8, load32(b, 12) + 8, shl(count, 3))
  }
  for i in 0..count {
    if !cells_equal(list_cell_at(a, i), list_cell_at(b, i), strict) { return false }
  }
  return true
}

/// A record (unnamed struct) equals a map with the same entries.
/// noinline
fun mixed_equal(a: ref, b: ref, strict: i32): bool {
  let map = if load8u(a, 0) == KIND_MAP { a } else { b }
  let other = if map == a { b } else { a }
  if load8u(map, 0) != KIND_MAP || load8u(other, 0) != KIND_STRUCT { return false }
  if !struct_is_record(other) { return false }
  let d = descriptor_of(other)
  let count = load32(d, 8)
  if count != load32(map, 4) { return false }
  for i in 0..count {
    let field = d + 16 + i * 12
    let p = map_find_cell(map, cell(loadref(field, 0)))
    if p == 0 { return false }
    let x = cell_load(other + load32(field, 4), load32(field, 8))
    if !cells_equal(x, map_value_cell(map, p), strict) { return false }
  }
  return true
}

/// Whether a struct is an unnamed record: it has no \`__name\`.
fun struct_is_record(r: ref): bool {
  return and(load32(descriptor_of(r), 12), 4) != 0
}

fun structs_equal(a: ref, b: ref, strict: i32): bool {
  let d = descriptor_of(a)
  let same = load16u(a, 2) == load16u(b, 2)
  if !same {
    // Records are equal when they have the same fields, in any order.
    if !struct_is_record(a) || !struct_is_record(b) { return false }
    if load32(d, 8) != load32(descriptor_of(b), 8) { return false }
  }
  for i in 0..load32(d, 8) {
    let field = d + 16 + i * 12
    let other = if same { field } else { struct_find(b, loadref(field, 0)) }
    if other == 0 { return false }
    let x = cell_load(a + load32(field, 4), load32(field, 8))
    if !cells_equal(x, cell_load(b + load32(other, 4), load32(other, 8)), strict) { return false }
  }
  return true
}

// ---- order

let UNORDERED = 2

/// -1, 0 or 1 for two numbers (of any types, compared exactly), or UNORDERED if one of them is NaN.
fun number_order(a: cell, b: cell): i32 {
  if big_ints() != 0 {
    if cell_is_ref(a) || cell_is_ref(b) { return wide_order(a, b) }
  }
  if cell_is_float(a) {
    if cell_is_float(b) {
      let x = cell_raw_float(a)
      let y = cell_raw_float(b)
      if x != x || y != y { return UNORDERED }
      return i32(x > y) - i32(x < y)
    }
    let order = int_float_order(cell_int(b), cell_raw_float(a))
    return if order == UNORDERED { order } else { 0 - order }
  }
  if cell_is_float(b) { return int_float_order(cell_int(a), cell_raw_float(b)) }
  let x = cell_int(a)
  let y = cell_int(b)
  return i32(x > y) - i32(x < y)
}

fun int_float_order(i: i64, x: f64): i32 {
  if x != x { return UNORDERED }
  if x >= 9223372036854775808.0 { return -1 }
  if x < -9223372036854775808.0 { return 1 }
  let whole = trunc_sat(x)
  if i != whole { return if i < whole { -1 } else { 1 } }
  let rest = x - trunc(x)
  return i32(rest < 0.0) - i32(rest > 0.0)
}

/// inline
fun cell_lt(a: cell, b: cell): bool {
  if cell_is_small_int(cell(and(i64(a), i64(b)))) { return shl(i64(a), 14) < shl(i64(b), 14) }
  return cells_order(a, b) == -1
}

/// inline
fun cell_le(a: cell, b: cell): bool {
  if cell_is_small_int(cell(and(i64(a), i64(b)))) { return shl(i64(a), 14) <= shl(i64(b), 14) }
  return cells_order(a, b) <= 0
}

/// inline
fun cell_gt(a: cell, b: cell): bool {
  return cell_lt(b, a)
}

/// inline
fun cell_ge(a: cell, b: cell): bool {
  return cell_le(b, a)
}

/// The order of two values for \`<\` and the like: UNORDERED when one is nil or NaN, or when their types differ.
/// noinline
fun cells_order(a: cell, b: cell): i32 {
  if cell_is_float(a) && cell_is_float(b) { return number_order(a, b) }
  let x = cell_kind(a)
  let y = cell_kind(b)
  if x >= CELL_BOOL && y >= CELL_BOOL {
    // A bool compares as 0 or 1.
    let p = if x == CELL_BOOL { cell_of_i64(cell_whole(a)) } else { a }
    return number_order(p, if y == CELL_BOOL { cell_of_i64(cell_whole(b)) } else { b })
  }
  if x != y || x == 0 { return UNORDERED }
  return cell_compare(a, b)
}

/// The order of any two values for sorting: -1, 0 or 1. Bools, numbers (NaN last), strings, lists, maps and structs,
/// functions, nil; lists by their elements, maps by sorted key, then value.
/// noinline
fun cell_compare(a: cell, b: cell): i32 {
  let x = cell_kind(a)
  let y = cell_kind(b)
  let rank = kind_rank(a, x) - kind_rank(b, y)
  if rank != 0 { return if rank < 0 { -1 } else { 1 } }
  if x >= CELL_INT {
    let order = number_order(a, b)
    if order != UNORDERED { return order }
    return i32(i64(a) == NAN_CELL) - i32(i64(b) == NAN_CELL)
  }
  if x == CELL_BOOL { return i32(i64(a)) - i32(i64(b)) }
  if x == KIND_STRING { return str_compare(ref(a), ref(b)) }
  if x == KIND_LIST { return lists_compare(ref(a), ref(b)) }
  if x == KIND_MAP || x == KIND_STRUCT { return records_compare(ref(a), ref(b)) }
  return 0
}

fun kind_rank(c: cell, kind: i32): i32 {
  if kind == CELL_BOOL { return 0 }
  if kind >= CELL_INT { return 1 }
  if kind == 0 { return 20 }
  // A record is a map.
  if kind == KIND_STRUCT && struct_is_record(ref(c)) { return KIND_MAP + 1 }
  return kind + 1
}

fun lists_compare(a: ref, b: ref): i32 {
  let m = load32(a, 4)
  let n = load32(b, 4)
  for i in 0..(if m < n { m } else { n }) {
    let order = cell_compare(list_cell_at(a, i), list_cell_at(b, i))
    if order != 0 { return order }
  }
  return i32(m > n) - i32(m < n)
}

/// Maps and structs: entry by entry in the order of the keys.
fun records_compare(a: ref, b: ref): i32 {
  var x = record_next(a, 0)
  var y = record_next(b, 0)
  while x != 0 && y != 0 {
    let keys = str_compare(record_key(a, x), record_key(b, y))
    if keys != 0 { return keys }
    let order = cell_compare(record_value(a, x), record_value(b, y))
    if order != 0 { return order }
    x = record_next(a, x)
    y = record_next(b, y)
  }
  return i32(x != 0) - i32(y != 0)
}

// ---- the entries of a map or struct in the order of their keys
//
// A cursor is 0 before the first entry and behind the last one; in a map it is the number of the entry in that order,
// from 1 on, in a struct the address of the field in the descriptor, or of the descriptor itself for \`__name\`.

/// The cursor of the next entry.
fun record_next(r: ref, cursor: i32): i32 {
  if load8u(r, 0) == KIND_MAP { return if cursor < load32(r, 4) { cursor + 1 } else { 0 } }
  let d = descriptor_of(r)
  var after: ref = none
  if cursor != 0 { after = record_key(r, cursor) }
  var best = 0
  var best_name: ref = none
  if !struct_is_record(r) && (after == 0 || str_compare("__name", after) > 0) {
    best = d
    best_name = "__name"
  }
  for i in 0..load32(d, 8) {
    let field = d + 16 + i * 12
    let name = loadref(field, 0)
    if (after == 0 || str_compare(name, after) > 0) && (best_name == 0 || str_compare(name, best_name) < 0) {
      best = field
      best_name = name
    }
  }
  return best
}

fun record_key(r: ref, cursor: i32): ref {
  if load8u(r, 0) == KIND_MAP {
    let key = list_cell_at(map_keys(r), cursor - 1)
    return if cell_is_str(key) { ref(key) } else { int_str(cell_int(key)) }
  }
  return if cursor == descriptor_of(r) { "__name" } else { loadref(cursor, 0) }
}

fun record_value(r: ref, cursor: i32): cell {
  if load8u(r, 0) == KIND_MAP { return map_value_cell(r, map_find_cell(r, list_cell_at(map_keys(r), cursor - 1))) }
  if cursor == descriptor_of(r) { return cell(loadref(cursor, 4)) }
  return cell_load(r + load32(cursor, 4), load32(cursor, 8))
}
`,"csv.mochi":`// Comma-separated values (RFC 4180): a reader that hands over one record at a time, in place in the buffer of the file, and a
// writer. A quote within an unquoted cell stands for itself.

// The cells of the record: RAWS of pairs, offset from \`file_mark\` and length in bytes.
var csv_cells: ref = 0
// The line behind the record.
var csv_line: i32 = 0

/// load with format csv or tsv: the rows as a list of the shape.
/// noinline
fun load_csv(path: ref, shape: i32, header: bool, delimiter: i32): ref {
  file_begin(path)
  csv_line = 1
  csv_cells = alloc_any(8 + 64 * 8, KIND_RAWS)
  store32(csv_cells, 4, 64 * 8)
  let kind = load32(shape, 8)
  let row = row_shape(shape)
  let typed = load32(row, 0) == SHAPE_STRUCT
  let rows = list_new(kind, 0)
  let width = csv_record(delimiter)
  if width >= 0 {
    let names = csv_names(width, header)
    var columns: ref = none
    if typed { columns = csv_columns(row, names) }
    var cells = width
    if header {
      cells = csv_record(delimiter)
    }
    while cells >= 0 {
      if cells != width { fail_width(cells, width) }
      if typed {
        input_push(rows, kind, cell(csv_struct(row, columns)))
      } else {
        input_push(rows, kind, csv_map(row, names))
      }
      cells = csv_record(delimiter)
    }
  }
  csv_cells = none
  file_close()
  return rows
}

/// noreturn
fun fail_width(cells: i32, width: i32) {
  error_begin()
  out_str("a record of ")
  out_i64(i64(cells))
  out_str(" cells where the first one has ")
  out_i64(i64(width))
  out_place()
  error_end()
}

/// The names of the columns: the cells of the record, or c0, c1, ...
fun csv_names(width: i32, header: bool): ref {
  let names = list_new(ELEM_REF, width)
  for i in 0..width {
    if header {
      list_push<ref>(names, text_string(cell_start(i), cell_bytes(i)))
    } else {
      list_push<ref>(names, str_concat("c", int_str(i64(i))))
    }
  }
  return names
}

/// inline
fun cell_start(i: i32): i32 {
  return file_mark + load32(csv_cells + i * 8, 8)
}

/// inline
fun cell_bytes(i: i32): i32 {
  return load32(csv_cells + i * 8, 12)
}

/// For each field of a struct the number of its column (the last one of its name), -1 where it is missing and may be nil.
fun csv_columns(shape: i32, names: ref): ref {
  let count = load32(shape, 20)
  let columns = alloc_any(8 + and(count * 4 + 7, -8), KIND_RAWS)
  for i in 0..count {
    let field = shape_field(shape, i)
    var column = -1
    for k in 0..load32(names, 4) {
      if str_eq(loadref(list_at(names, k, 4), 8), loadref(field, 0)) { column = k }
    }
    if column < 0 && load32(load32(field, 12), 4) == 0 { fail_missing(shape, field) }
    store32(columns + i * 4, 8, column)
  }
  return columns
}

/// The record as a struct.
fun csv_struct(shape: i32, columns: ref): ref {
  let row = alloc_zero(load32(shape, 12), load32(shape, 8))
  for i in 0..load32(shape, 20) {
    let column = load32(columns + i * 4, 8)
    if column >= 0 {
      let field = shape_field(shape, i)
      input_field = loadref(field, 0)
      text_store(row + load32(field, 4), load32(field, 8), load32(field, 12), cell_start(column), cell_bytes(column))
    }
  }
  return row
}

/// The record as a map.
fun csv_map(shape: i32, names: ref): cell {
  let row = record_begin(shape)
  let kind = map_value_kind(row)
  let items = item_shape(shape)
  for i in 0..load32(names, 4) {
    let name = loadref(list_at(names, i, 4), 8)
    input_field = name
    let value = text_cell(items, cell_start(i), cell_bytes(i))
    cell_store_new(map_put_text(row, name), kind, value)
  }
  return cell(row)
}

/// As cell_store, for a place whose old value does not matter.
fun cell_store_new(p: i32, kind: i32, v: cell) {
  if kind == ELEM_REF {
    storeref(p, 0, cell_object(v))
  } else {
    cell_store(p, kind, v)
  }
}

/// Reads the next record that is not an empty line; gives the number of its cells, -1 at the end.
fun csv_record(delimiter: i32): i32 {
  file_mark = 0
  file_line = csv_line
  while true {
    if file_at == file_end && !file_fill() { return -1 }
    let c = load8u(file_at, 0)
    if c == 10 {
      file_line = file_line + 1
    } else if c != 13 || !csv_line_ends() {
      break
    }
    file_at = file_at + 1
  }
  file_mark = file_at
  let line = file_line
  var cells = 0
  var more = true
  while more {
    if file_at == file_end && !file_fill() {
      csv_add(cells, file_at - file_mark, 0)
      more = false
    } else if load8u(file_at, 0) == 34 {
      more = csv_quoted(cells, delimiter)
    } else {
      more = csv_plain(cells, delimiter)
    }
    cells = cells + 1
  }
  // Messages about the record name the line where it begins.
  csv_line = file_line
  file_line = line
  return cells
}

/// True if a line feed or the end follows the carriage return at \`file_at\`.
fun csv_line_ends(): bool {
  if file_end - file_at < 2 && !file_fill() { return true }
  return load8u(file_at, 1) == 10
}

/// Notes cell number i.
fun csv_add(i: i32, offset: i32, bytes: i32) {
  let room = load32(csv_cells, 4)
  if i * 8 == room {
    let bigger = alloc_any(8 + room + room, KIND_RAWS)
    store32(bigger, 4, room + room)
    memory_copy(bigger + 8, csv_cells + 8, room)
    csv_cells = bigger
  }
  store32(csv_cells + i * 8, 8, offset)
  store32(csv_cells + i * 8, 12, bytes)
}

/// Reads a cell without quotes; false if it is the last one of the record.
fun csv_plain(i: i32, delimiter: i32): bool {
  let offset = file_at - file_mark
  var p = file_at
  var end = file_end
  while true {
    while p != end && load8u(p, 0) != delimiter && load8u(p, 0) != 10 { p = p + 1 }
    if p != end { break }
    file_at = p
    if !file_fill() {
      csv_add(i, offset, csv_without_return(offset))
      return false
    }
    p = file_at
    end = file_end
  }
  file_at = p
  let last = load8u(p, 0) == 10 && delimiter != 10
  if last {
    csv_add(i, offset, csv_without_return(offset))
    file_line = file_line + 1
  } else {
    csv_add(i, offset, p - file_mark - offset)
  }
  file_at = p + 1
  return !last
}

/// The bytes from an offset to \`file_at\`, without a carriage return at their end.
fun csv_without_return(offset: i32): i32 {
  let n = file_at - file_mark - offset
  return if n > 0 && load8u(file_at, -1) == 13 { n - 1 } else { n }
}

/// Reads a cell in quotes, which it takes away where it lies; false if it is the last one of the record.
fun csv_quoted(i: i32, delimiter: i32): bool {
  let first = file_line
  file_at = file_at + 1
  let offset = file_at - file_mark
  var to = offset
  while true {
    if file_at == file_end && !file_fill() {
      file_line = first
      fail_input("a quoted cell does not end")
    }
    let c = load8u(file_at, 0)
    file_at = file_at + 1
    if c == 34 {
      if file_at == file_end && !file_fill() {
        csv_add(i, offset, to - offset)
        return false
      }
      let d = load8u(file_at, 0)
      if d != 34 {
        csv_add(i, offset, to - offset)
        if d == 13 && csv_line_ends() {
          file_at = file_at + 1
          if file_at == file_end { return false }
        } else if d == delimiter {
          file_at = file_at + 1
          return true
        }
        if load8u(file_at, 0) != 10 { fail_input("a quoted cell goes on behind its closing quote") }
        file_at = file_at + 1
        file_line = file_line + 1
        return false
      }
      file_at = file_at + 1
    } else if c == 10 {
      file_line = file_line + 1
      if to > offset && load8u(file_mark + to, -1) == 13 { to = to - 1 }
    }
    store8(file_mark + to, 0, c)
    to = to + 1
  }
  return false
}

// ---- writing

/// save with format csv or tsv: the columns are the sorted keys of the first row.
/// noinline
fun save_csv(rows: cell, path: ref, header: bool, delimiter: i32) {
  let list = save_rows(rows)
  save_begin(path)
  let count = load32(list, 4)
  if count != 0 {
    let names = cell_keys(list_cell_at(list, 0))
    let width = load32(names, 4)
    if header {
      for k in 0..width {
        csv_write_cell(list_cell_at(names, k), k, width, delimiter)
      }
      out_newline()
    }
    for i in 0..count {
      let row = list_cell_at(list, i)
      for k in 0..width {
        let key = list_cell_at(names, k)
        var value: cell = none
        if cell_in(key, row) { value = cell_index(row, key) }
        csv_write_cell(value, k, width, delimiter)
      }
      out_newline()
    }
  }
  save_end()
}

/// The rows to save, maps or structs: the elements of a list, or one row.
fun save_rows(c: cell): ref {
  let kind = cell_kind(c)
  var list: ref = none
  if kind == KIND_LIST {
    list = ref(c)
  } else {
    list = list_new(ELEM_CELL, 1)
    if kind != 0 { list_push<cell>(list, c) }
  }
  for i in 0..load32(list, 4) {
    let row = list_cell_at(list, i)
    let of = cell_kind(row)
    if of != KIND_MAP && of != KIND_STRUCT { fail_needed(row, "a row to save (a map or a struct)") }
  }
  return list
}

/// Writes cell number k of a record of \`width\` cells.
fun csv_write_cell(c: cell, k: i32, width: i32, delimiter: i32) {
  if k != 0 { out_byte(delimiter) }
  let kind = cell_kind(c)
  if kind == CELL_INT {
    out_i64(cell_int(c))
  } else {
    csv_write_text(csv_text(c, kind), width, delimiter)
  }
}

fun csv_text(c: cell, kind: i32): ref {
  if kind == KIND_STRING { return ref(c) }
  if kind == 0 { return "" }
  if kind == CELL_FLOAT { return plain_float(cell_raw_float(c)) }
  if kind == KIND_LIST || kind == KIND_MAP || kind == KIND_STRUCT { return json_line_text(c) }
  return value_str(c)
}

/// A float without an exponent, and without a point where it is whole.
fun plain_float(x: f64): ref {
  let s = float_str_inner(x)
  let n = load32(s, 4)
  let end = load32(s, 12) + n
  if n > 2 && load8u(end, -1) == 48 && load8u(end, -2) == 46 { return str_slice(s, 0, i64(n - 2)) }
  return s
}

/// Text, quoted where it must be.
fun csv_write_text(s: ref, width: i32, delimiter: i32) {
  var p = load32(s, 12)
  let n = load32(s, 4)
  let end = p + n
  // An empty line would be no record.
  var quotes = n == 0 && width == 1
  if n != 0 { quotes = is_space(p, end) || bytes_are(p, n, "\\\\.") }
  var q = p
  while q != end {
    let c = load8u(q, 0)
    if c == delimiter || c == 34 || c == 10 || c == 13 { quotes = true }
    q = q + 1
  }
  if quotes {
    out_byte(34)
    while p != end {
      let c = load8u(p, 0)
      if c == 34 { out_byte(34) }
      out_byte(c)
      p = p + 1
    }
    out_byte(34)
  } else {
    out_bytes(p, n)
  }
  keep(s)
}

// ---- options that are known at run time only

/// The byte that a delimiter is.
fun delimiter_byte(s: ref): i32 {
  if s == 0 || load32(s, 4) != 1 { fail("the delimiter must be one ASCII character") }
  let c = load8u(load32(s, 12), 0)
  if c >= 128 || c == 34 || c == 10 || c == 13 { fail("the delimiter must be one ASCII character, and no quote") }
  return c
}

/// load with a format that is not constant. \`delimiter\` is null for the one that belongs to the format.
/// noinline
fun load_format(path: ref, shape: i32, format: ref, header: bool, delimiter: ref): ref {
  if str_eq(format, "json") { return load_json(path, shape) }
  if str_eq(format, "jsonl") { return load_jsonl(path, shape) }
  if str_eq(format, "yaml") { return load_yaml(path, shape) }
  return load_csv(path, shape, header, format_delimiter(format, delimiter))
}

/// noinline
fun save_format(rows: cell, path: ref, format: ref, header: bool, delimiter: ref) {
  if str_eq(format, "json") {
    save_json(rows, path)
  } else if str_eq(format, "jsonl") {
    save_jsonl(rows, path)
  } else if str_eq(format, "yaml") {
    save_yaml(rows, path)
  } else {
    save_csv(rows, path, header, format_delimiter(format, delimiter))
  }
}

fun format_delimiter(format: ref, delimiter: ref): i32 {
  let tabs = str_eq(format, "tsv")
  if !tabs && format != 0 && !str_eq(format, "csv") {
    fail(str_concat(str_concat("unknown format \\"", format), "\\": there are csv, tsv, json, jsonl and yaml"))
  }
  if delimiter != 0 { return delimiter_byte(delimiter) }
  return if tabs { 9 } else { 44 }
}

/// An option of a map or struct of options; nil when it is missing.
fun option_cell(options: cell, name: ref): cell {
  if i64(options) == 0 { return none }
  if !cell_in(cell(name), options) { return none }
  return cell_field(options, name)
}

/// An option that is a text; null when it is missing.
fun option_text(options: cell, name: ref): ref {
  return cell_ref(option_cell(options, name), KIND_STRING)
}

/// An option that is true or false.
fun option_flag(options: cell, name: ref, otherwise: bool): bool {
  let c = option_cell(options, name)
  if i64(c) == 0 { return otherwise }
  return cell_truthy(c)
}
`,"decode.mochi":`// From text and tokens of data files to typed values. The compiler describes each type that data is read as by a shape, a
// static table:
//
//     +0 SHAPE_*   +4 not 0: nil is allowed
//     list    +8 element kind   +12 shape of the elements
//     map     +8 value kind, key kind in bits 8 and up   +12 shape of the values
//     struct  +8 header   +12 size   +16 name   +20 number of fields
//             from +24 16 bytes a field: +0 name   +4 offset   +8 element kind   +12 shape
//
// 0 in place of a shape: the value is skipped.

let SHAPE_ANY = 0
let SHAPE_INT = 1
let SHAPE_FLOAT = 2
let SHAPE_BOOL = 3
let SHAPE_STRING = 4
let SHAPE_BIGINT = 5
let SHAPE_BIGRAT = 6
let SHAPE_LIST = 7
let SHAPE_MAP = 8
let SHAPE_STRUCT = 9

let FIELD_BYTES = 16

/// inline
fun shape_field(shape: i32, i: i32): i32 {
  return shape + 24 + i * FIELD_BYTES
}

// The field being read, for messages.
var input_field: ref = 0

// What text_int reads.
var text_value: i64 = 0

// Texts seen lately, by hash: REFS of 1024 strings.
var text_cache: ref = 0
let CACHED_BYTES = 32

// ---- text

/// A STRING object for the bytes at \`p\`, for calls that do not keep it; the same one every time.
fun text_probe(p: i32, n: i32): ref {
  let s = ref(static_area("probe", 24))
  store32(s, 0, KIND_STRING)
  store32(s, 4, n)
  store32(s, 12, p)
  store32(s, 20, 0)
  return s
}

/// A string of the bytes at \`p\`, which do not move meanwhile. Short texts that came up lately are not made again.
fun text_string(p: i32, n: i32): ref {
  if n <= 1 {
    if n == 0 { return "" }
    if load8u(p, 0) < 128 { return str_char(load8u(p, 0)) }
  }
  if n > CACHED_BYTES { return str_of_bytes(p, n) }
  if text_cache == 0 { text_cache = elems_new(ELEM_REF, 1024) }
  let hash = str_hash(text_probe(p, n))
  let slot = text_cache + 8 + and(shr_u(hash, 1), 1023) * 4
  let known = loadref(slot, 0)
  if load32(known, 20) == hash && load32(known, 4) == n {
    if bytes_equal(load32(known, 12), p, n) { return known }
  }
  let s = str_of_bytes(p, n)
  store32(s, 20, hash)
  storeref(slot, 0, s)
  return s
}

/// True if the bytes at p are the text.
fun bytes_are(p: i32, n: i32, text: ref): bool {
  return load32(text, 4) == n && bytes_equal(load32(text, 12), p, n)
}

/// Reads an int: an optional sign and digits; false for anything else. Else \`text_value\` has it.
fun text_int(p: i32, n: i32): bool {
  if n == 0 { return false }
  if n > 18 {
    if !read_int(text_probe(p, n), 10) { return false }
    text_value = read_value
    return true
  }
  let c = load8u(p, 0)
  let signed = c == 45 || c == 43
  let end = p + n
  var q = p + i32(signed)
  if q == end { return false }
  var v: i64 = 0
  while q != end {
    let d = load8u(q, 0) - 48
    if gt_u(d, 9) { return false }
    v = v * 10 + i64(d)
    q = q + 1
  }
  text_value = if c == 45 { 0 - v } else { v }
  return true
}

/// Reads a float; false if the text is none. Else \`read_float_value\` has it.
fun text_float(p: i32, n: i32): bool {
  return n != 0 && read_float(text_probe(p, n))
}

/// True if the text can only be a number: it begins as one.
fun text_like_number(p: i32, n: i32): bool {
  if n == 0 { return false }
  let c = load8u(p, 0)
  return lt_u(c - 48, 10) || c == 45 || c == 43 || c == 46
}

/// The value of a cell of a table without a type: an int, else a float, else a string.
fun text_any(p: i32, n: i32): cell {
  if text_like_number(p, n) {
    if text_int(p, n) { return cell_of_i64(text_value) }
    if text_float(p, n) { return cell_of_f64(read_float_value) }
  }
  return cell(text_string(p, n))
}

/// Text as a value of a shape.
fun text_cell(shape: i32, p: i32, n: i32): cell {
  let kind = load32(shape, 0)
  if kind == SHAPE_STRING { return cell(text_string(p, n)) }
  if kind == SHAPE_ANY { return text_any(p, n) }
  if n == 0 && load32(shape, 4) != 0 { return none }
  if kind == SHAPE_INT {
    if text_int(p, n) { return cell_of_i64(text_value) }
    if text_float(p, n) { return cell_of_i64(input_trunc(read_float_value)) }
    fail_text(p, n, "int")
  }
  if kind == SHAPE_FLOAT {
    if text_float(p, n) { return cell_of_f64(read_float_value) }
    fail_text(p, n, "float")
  }
  if kind == SHAPE_BOOL {
    if n == 4 && or(load32(p, 0), 0x20202020) == 0x65757274 { return cell_of_bool(true) }
    if n == 5 && or(load32(p, 0), 0x20202020) == 0x736c6166 && or(load8u(p, 4), 32) == 101 { return cell_of_bool(false) }
    fail_text(p, n, "bool")
  }
  if kind == SHAPE_BIGINT || kind == SHAPE_BIGRAT { return text_exact(kind, p, n) }
  fail_text(p, n, shape_name(shape))
  return none
}

/// An exact number of a program that has them.
fun text_exact(kind: i32, p: i32, n: i32): cell {
  if big_ints() != 0 {
    let s = str_of_bytes(p, n)
    if kind == SHAPE_BIGINT {
      let x = big_read(s)
      if i64(x) != 0 { return x }
      fail_text(p, n, "bigint")
    } else if big_rats() != 0 {
      return cell_as_rat(cell(s))
    }
  }
  return none
}

/// A float that is to be an int, without its fraction.
fun input_trunc(x: f64): i64 {
  if !(x >= -9223372036854775808.0 && x < 9223372036854775808.0) { fail_large() }
  return trunc_sat(x)
}

/// Stores text at an address that holds a value of an element kind.
fun text_store(address: i32, kind: i32, shape: i32, p: i32, n: i32) {
  let want = load32(shape, 0)
  if want == SHAPE_STRING {
    if kind == ELEM_REF {
      storeref(address, 0, text_string(p, n))
      return
    }
  } else if want == SHAPE_INT {
    if kind == ELEM_I64 && text_int(p, n) {
      store64(address, 0, text_value)
      return
    }
  } else if want == SHAPE_FLOAT {
    if kind == ELEM_F64 && text_float(p, n) {
      storef64(address, 0, read_float_value)
      return
    }
  }
  cell_store(address, kind, text_cell(shape, p, n))
}

// ---- values

/// What a value of a shape is called.
fun shape_name(shape: i32): ref {
  let kind = load32(shape, 0)
  if kind == SHAPE_STRUCT { return loadref(shape, 16) }
  if kind == SHAPE_INT { return "int" }
  if kind == SHAPE_FLOAT { return "float" }
  if kind == SHAPE_BOOL { return "bool" }
  if kind == SHAPE_STRING { return "string" }
  if kind == SHAPE_LIST { return "list" }
  if kind == SHAPE_MAP { return "map" }
  return if kind == SHAPE_BIGINT { "bigint" } else { "bigrat" }
}

/// Nil as a value of a shape: 0 for numbers, as in casts.
fun nil_cell(shape: i32): cell {
  let kind = load32(shape, 0)
  if kind == SHAPE_ANY || load32(shape, 4) != 0 { return none }
  if kind == SHAPE_INT { return cell_of_i64(0) }
  if kind == SHAPE_FLOAT { return cell_of_f64(0.0) }
  fail_value("nil", shape)
  return none
}

fun bool_cell(shape: i32, value: bool): cell {
  let kind = load32(shape, 0)
  if kind != SHAPE_ANY && kind != SHAPE_BOOL { fail_value("bool", shape) }
  return cell_of_bool(value)
}

/// A string that is the bytes at \`p\`, where a value of a shape is wanted: numbers are read, as in casts.
fun string_cell(shape: i32, p: i32, n: i32): cell {
  let kind = load32(shape, 0)
  if kind == SHAPE_ANY || kind == SHAPE_STRING { return cell(text_string(p, n)) }
  if kind >= SHAPE_LIST || kind == SHAPE_BOOL || n == 0 { fail_text(p, n, shape_name(shape)) }
  return text_cell(shape, p, n)
}

/// The digits at \`p\` as a number of a shape; with \`point\` the text has a fraction or an exponent, so that it is no int.
/// \`ints\`: an int stays one where nothing else is wanted.
fun number_cell(shape: i32, p: i32, n: i32, point: bool, ints: bool): cell {
  let kind = load32(shape, 0)
  if !point && (kind == SHAPE_INT || (ints && kind == SHAPE_ANY)) {
    if text_int(p, n) { return cell_of_i64(text_value) }
  }
  if !point && kind == SHAPE_BIGINT { return text_exact(kind, p, n) }
  if kind == SHAPE_BIGRAT { return text_exact(kind, p, n) }
  if !text_float(p, n) { fail_input("a number is too large") }
  if kind == SHAPE_ANY || kind == SHAPE_FLOAT { return cell_of_f64(read_float_value) }
  if kind == SHAPE_INT { return cell_of_i64(input_trunc(read_float_value)) }
  if kind == SHAPE_BIGINT {
    if big_ints() != 0 { return cell_as_big(cell_of_f64(read_float_value)) }
  }
  fail_value(if ints && !point { "int" } else { "float" }, shape)
  return none
}

/// noinline
/// noreturn
fun fail_text(p: i32, n: i32, wanted: ref) {
  let text = str_of_bytes(p, n)
  error_begin()
  out_str("cannot cast \\"")
  out_str(text)
  out_str("\\" to ")
  out_str(wanted)
  fail_field_end()
}

/// \`what\` is the type of the value that is there.
/// noinline
/// noreturn
fun fail_value(what: ref, shape: i32) {
  error_begin()
  out_str("cannot cast ")
  out_str(what)
  out_str(" to ")
  out_str(shape_name(shape))
  fail_field_end()
}

/// noreturn
fun fail_field_end() {
  if input_field != 0 {
    out_str(", field ")
    out_str(input_field)
  }
  out_place()
  error_end()
}

/// noinline
/// noreturn
fun fail_large() {
  error_begin()
  out_str("a number is too large for int")
  fail_field_end()
}

/// noinline
/// noreturn
fun fail_missing(shape: i32, field: i32) {
  error_begin()
  out_str("missing field ")
  out_str(loadref(field, 0))
  out_str(" for ")
  out_str(loadref(shape, 16))
  out_place()
  error_end()
}

// ---- containers

/// Appends a value to a list of a kind.
fun input_push(list: ref, kind: i32, c: cell) {
  if kind == ELEM_REF {
    list_push<ref>(list, cell_object(c))
  } else if kind == ELEM_CELL {
    list_push<cell>(list, c)
  } else if kind == ELEM_I64 {
    list_push<i64>(list, cell_int(c))
  } else if kind == ELEM_F64 {
    list_push<f64>(list, cell_float(c))
  } else {
    list_push<bool>(list, cell_bool(c))
  }
}

/// The element kind of lists of a shape; any other shape stands for a list of cells.
fun list_shape_kind(shape: i32): i32 {
  return if load32(shape, 0) == SHAPE_LIST { load32(shape, 8) } else { ELEM_CELL }
}

/// The shape of what a container of a shape holds; what is of any shape, or skipped, holds what is like it.
fun item_shape(shape: i32): i32 {
  let kind = load32(shape, 0)
  return if shape != 0 && (kind == SHAPE_LIST || kind == SHAPE_MAP) { load32(shape, 12) } else { shape }
}

/// A new list to be filled by \`input_push\`; null when it is skipped.
fun list_begin(shape: i32): ref {
  if shape == 0 { return none }
  let kind = load32(shape, 0)
  if kind != SHAPE_ANY && kind != SHAPE_LIST { fail_value("list", shape) }
  return list_new(list_shape_kind(shape), 0)
}

/// A new map or struct to be filled by \`record_put\`; null when it is skipped. Fields are null, keys absent.
fun record_begin(shape: i32): ref {
  if shape == 0 { return none }
  let kind = load32(shape, 0)
  if kind == SHAPE_STRUCT { return alloc_zero(load32(shape, 12), load32(shape, 8)) }
  if kind == SHAPE_ANY { return map_new(0, ELEM_CELL) }
  if kind != SHAPE_MAP { fail_value("map", shape) }
  return map_new(shr_u(load32(shape, 8), 8), and(load32(shape, 8), 255))
}

/// The entry of a struct's shape for the field that the bytes at \`p\` name, 0 if there is none: the search begins behind
/// \`last\`, the field before (0: none), because fields often come in the same order.
fun find_field(shape: i32, last: i32, p: i32, n: i32): i32 {
  let first = shape_field(shape, 0)
  let end = shape_field(shape, load32(shape, 20))
  if first == end { return 0 }
  var f = if last == 0 || last + FIELD_BYTES == end { first } else { last + FIELD_BYTES }
  let start = f
  while true {
    let name = load32(f, 0)
    if load32(name, 4) == n {
      if bytes_equal(load32(name, 12), p, n) { return f }
    }
    f = f + FIELD_BYTES
    if f == end { f = first }
    if f == start { break }
  }
  return 0
}

/// Fails if the program cannot use a map's key: one that should be an int.
fun map_put_text(m: ref, key: ref): i32 {
  if !map_has_int_keys(m) { return map_put_str(m, key) }
  if !read_int(key, 10) { fail_text(load32(key, 12), load32(key, 4), "int") }
  return map_put_i64(m, read_value)
}

// Which fields of the struct being read have been seen: one bit for each of the first 64 ones, bytes for all when there are
// more of them.

/// Null, or room to note the fields that were seen.
fun seen_new(shape: i32): ref {
  let count = load32(shape, 20)
  if count <= 64 { return none }
  return alloc_zero(8 + and(count + 7, -8), KIND_RAWS)
}

/// Fails unless each field has been seen that cannot be nil.
fun check_seen(shape: i32, bits: i64, seen: ref) {
  for i in 0..load32(shape, 20) {
    var has = 0
    if seen == 0 {
      has = i32(and(shr_u(bits, i64(i)), 1))
    } else {
      has = load8u(seen + i, 8)
    }
    let field = shape_field(shape, i)
    if has == 0 && load32(load32(field, 12), 4) == 0 { fail_missing(shape, field) }
  }
}

/// What a row is read as.
fun row_shape(shape: i32): i32 {
  return load32(shape, 12)
}
`,"dynamic.mochi":`// What the compiler needs of values whose kind it does not know, beside the operators of cell_ops.mochi.

/// A number becomes a float; everything else stays as it is.
fun cell_int_to_float(c: cell): cell {
  if cell_is_exact(c) { return cell_of_f64(cell_number(c)) }
  return c
}

/// Marks a list as held by more than one place.
/// inline
fun share_cell(c: cell): cell {
  if cell_is_ref(c) { share(ref(c)) }
  return c
}

/// The object of a cell that refers to a struct, else null.
fun cell_struct(c: cell): ref {
  if cell_has_kind(c, KIND_STRUCT) { return ref(c) }
  return ref(0)
}

/// Any list, as it is; the characters of a string; nil is an empty list.
fun cell_list(c: cell): ref {
  return cell_keys(c)
}

/// The field of a map that is being made a struct: it must be there.
fun cell_need_field(c: cell, name: ref, struct: ref): cell {
  if !cell_has_kind(c, KIND_MAP) && !cell_has_kind(c, KIND_STRUCT) { fail_cast(c, struct) }
  if !cell_in(cell(name), c) {
    fail(str_concat(str_concat(str_concat("missing field ", name), " for "), struct))
  }
  return cell_field(c, name)
}

/// \`c[a:b:step]\`.
fun cell_slice_step(c: cell, a: i64, b: i64, step: i64): cell {
  if cell_is_str(c) {
    return cell(str_join(list_step(str_chars(ref(c)), a, b, step), ""))
  }
  return cell(list_step(cell_ref(c, KIND_LIST), a, b, step))
}

/// An \`expect\` of a comparison that does not hold.
/// noinline
/// noreturn
fun fail_expect(source: ref, left: cell, right: cell) {
  let values = str_concat(str_concat(str_concat(" (left: ", value_str(left)), ", right: "), value_str(right))
  fail(str_concat(str_concat(str_concat("expect failed: ", source), values), ")"))
}

/// Nanoseconds of the real clock.
fun clock(): i64 {
  return clock_now()
}

/// What a \`bench\` block prints: its name and how long it ran.
fun bench_report(name: ref, began: i64) {
  let micros = (clock_now() - began) / 1000
  out_str("{\\n  \\"duration_us\\": ")
  out_i64(micros)
  out_str(",\\n  \\"memory_bytes\\": 0,\\n  \\"name\\": ")
  out_str(json_str(cell(name)))
  out_str("\\n}\\n")
}

// ---- built-ins on values of unknown kind

/// The values of a map in the order of its sorted keys; of a list, its elements.
fun cell_values(c: cell): ref {
  if cell_has_kind(c, KIND_MAP) { return map_values(ref(c)) }
  let out = list_new(ELEM_CELL, 4)
  let names = cell_keys(c)
  let count = list_len(names)
  for i in 0..count {
    list_push<cell>(out, share_cell(cell_index(c, list_get_cell(names, i))))
  }
  return out
}

fun cell_first(c: cell): cell {
  if cell_len(c) == 0 { return cell(0) }
  return cell_index(c, cell_of_i64(0))
}

fun cell_reverse(c: cell): cell {
  if cell_is_str(c) { return cell(str_reverse(ref(c))) }
  if i64(c) == 0 { return c }
  return cell(list_reverse(cell_ref(c, KIND_LIST)))
}

/// The position of a substring or of an element, or -1.
fun cell_index_of(c: cell, item: cell): i64 {
  if cell_is_str(c) { return str_index_of(ref(c), cell_ref(item, KIND_STRING)) }
  let xs = cell_ref(c, KIND_LIST)
  let count = list_len(xs)
  for i in 0..count {
    if cell_same(list_get_cell(xs, i), item) { return i }
  }
  return -1
}

fun cell_pow(a: cell, b: cell): cell {
  if cell_is_integer(a) && cell_is_int(b) {
    if big_ints() != 0 { return big_pow(a, cell_whole(b)) }
    return cell_of_i64(int_pow(cell_whole(a), cell_whole(b)))
  }
  return cell_of_f64(float_pow(cell_float(a), cell_float(b)))
}

fun cell_round(c: cell, digits: i64): cell {
  if cell_is_integer(c) && digits == 0 { return c }
  return cell_of_f64(round_digits(cell_float(c), digits))
}

fun cell_abs(c: cell): cell {
  if i64(c) == 0 { return c }
  if big_ints() != 0 {
    if cell_is_exact(c) { return if cell_lt(c, cell_of_i64(0)) { cell_neg(c) } else { c } }
  }
  if cell_is_int(c) { return cell_of_i64(int_abs(cell_whole(c))) }
  return cell_of_f64(abs(cell_float(c)))
}

fun cell_min2(a: cell, b: cell): cell {
  return if cell_compare(b, a) < 0 { b } else { a }
}

fun cell_max2(a: cell, b: cell): cell {
  return if cell_compare(b, a) > 0 { b } else { a }
}

/// Whether a map, record or struct has a key; nil has none.
fun cell_has_key(c: cell, name: ref): bool {
  return i64(c) != 0 && cell_in(cell(name), c)
}

/// exists(c): whether a container or string has anything in it; false for what is neither.
fun cell_exists(c: cell): bool {
  let kind = cell_kind(c)
  if kind != KIND_LIST && kind != KIND_MAP && kind != KIND_STRING && kind != KIND_STRUCT { return false }
  return cell_len(c) != 0
}
`,"errors.mochi":`// Run-time errors: \`error: MESSAGE\` on standard error after everything printed so far, then a trap, from which the host makes
// the stack trace.

/// Writes out what has been printed and turns output to standard error.
/// noinline
fun error_begin() {
  flush()
  out_quiet = 0
  out_marked = 0
  out_fd = 2
  out_str("error: ")
}

/// Ends the message and the program.
/// noinline
/// noreturn
fun error_end() {
  out_newline()
  flush()
  unreachable()
}

/// noinline
fun fail(msg: ref) {
  error_begin()
  out_str(msg)
  error_end()
}

/// The built-in \`panic\`.
/// noinline
fun panic(msg: ref) {
  fail(msg)
}

/// noinline
fun fail_index(i: i64, len: i64) {
  fail_range("list", i, len)
}

/// noinline
fun fail_str_index(i: i64, len: i64) {
  fail_range("string", i, len)
}

fun fail_range(what: ref, i: i64, len: i64) {
  error_begin()
  out_str(what)
  out_str(" index out of range: ")
  out_i64(i)
  out_str(" (length ")
  out_i64(len)
  out_byte(41)
  error_end()
}

/// noinline
fun fail_div() {
  fail("division by zero")
}

/// noinline
fun fail_overflow() {
  fail("integer overflow (declare the variable as bigint)")
}

/// \`what\` names the thing that is missing, e.g. "list".
/// noinline
fun fail_null(what: ref) {
  error_begin()
  out_str("nil where a ")
  out_str(what)
  out_str(" is needed")
  error_end()
}

/// noinline
fun fail_cast(v: cell, typeName: ref) {
  error_begin()
  out_str("cannot cast ")
  let raw = i64(v)
  if raw != 0 && shr_u(raw, 32) == 0 && load8u(i32(raw), 0) == KIND_STRING {
    out_byte(34)
    out_str(ref(i32(raw)))
    out_byte(34)
  } else {
    out_str(cell_type_name(v))
  }
  out_str(" to ")
  out_str(typeName)
  error_end()
}
`,"file.mochi":`// Files through WASI preview 1: which of the folders that the program may open holds a path, a buffered reader over one file
// or standard input at a time, and standard output turned to a file while \`save\` writes it.

extern fun fd_prestat_get(fd: i32, info: i32): i32
extern fun fd_prestat_dir_name(fd: i32, name: i32, length: i32): i32
extern fun path_open(fd: i32, lookup: i32, path: i32, length: i32, create: i32, rights: i64, inherited: i64, flags: i32, opened: i32): i32
extern fun fd_close(fd: i32): i32

let FILE_BYTES = 65536

// WASI error numbers.
let ERRNO_ACCES = 2
let ERRNO_ISDIR = 31
let ERRNO_NOENT = 44
let ERRNO_NOSPC = 51
let ERRNO_NOTDIR = 54
let ERRNO_PERM = 63
let ERRNO_ROFS = 69
let ERRNO_NOTCAPABLE = 76

// What path_open is asked for: FD_READ, FD_SEEK, FD_FILESTAT_GET; FD_WRITE with CREAT and TRUNC.
let OPEN_READ: i64 = 0x200006
let OPEN_WRITE: i64 = 0x40
let CREATE_TRUNCATE = 9

// The file being read. Bytes from \`file_at\` to \`file_end\` are still to come; those from \`file_mark\` on (if not 0) stay in the
// buffer. All three are addresses, which change when the buffer is filled.
var file_fd: i32 = 0
var file_buffer: ref = 0
var file_at: i32 = 0
var file_end: i32 = 0
var file_mark: i32 = 0
var file_ended: i32 = 0
// Its name and the line that has been reached, for messages.
var file_name: ref = 0
var file_line: i32 = 0

// The first error that tells more than that no folder holds the path.
var open_errno: i32 = 0

// ---- paths

/// A path without empty and "." parts, and with ".." taken as the way back where there is one; "" is the current folder.
fun path_clean(path: ref): ref {
  let from = load32(path, 12)
  let end = from + load32(path, 4)
  let out = str_new(load32(path, 4) + 1, 0)
  let base = out + STRING_BYTES
  var to = base
  let absolute = from != end && load8u(from, 0) == 47
  if absolute {
    store8(to, 0, 47)
    to = to + 1
  }
  let root = to
  var p = from
  while p < end {
    var q = p
    while q != end && load8u(q, 0) != 47 { q = q + 1 }
    let n = q - p
    if n == 2 && load8u(p, 0) == 46 && load8u(p, 1) == 46 && !(to == root && !absolute) && !path_goes_up(root, to) {
      // Back to the folder before the last part; the root is its own parent.
      while to != root && load8u(to, -1) != 47 { to = to - 1 }
      if to != root { to = to - 1 }
    } else if n != 0 && !(n == 1 && load8u(p, 0) == 46) {
      if to != root {
        store8(to, 0, 47)
        to = to + 1
      }
      memory_copy(to, p, n)
      to = to + n
    }
    p = q + 1
  }
  keep(path)
  return str_of_bytes(base, to - base)
}

/// True if the last part of the cleaned bytes [root, to) is "..".
fun path_goes_up(root: i32, to: i32): bool {
  if to - root < 2 || load8u(to, -1) != 46 || load8u(to, -2) != 46 { return false }
  return to - root == 2 || load8u(to, -3) == 47
}

fun path_is_absolute(path: ref): bool {
  return load32(path, 4) != 0 && load8u(load32(path, 12), 0) == 47
}

/// Where in the cleaned path the part below the cleaned folder begins; -1 if the folder does not hold it.
fun path_below(path: ref, folder: ref): i32 {
  let n = load32(folder, 4)
  if n == 0 {
    let goes_up = str_eq(path, "..") || str_starts_with(path, "../")
    return if path_is_absolute(path) || goes_up { -1 } else { 0 }
  }
  if !str_starts_with(path, folder) { return -1 }
  if load32(path, 4) == n { return n }
  if n == 1 && path_is_absolute(folder) { return 1 }
  return if load8u(load32(path, 12) + n, 0) == 47 { n + 1 } else { -1 }
}

/// The name of a folder that the program may open (descriptors from 3 on); null behind the last one.
fun folder_name(fd: i32): ref {
  let io = io_area()
  if fd_prestat_get(fd, io) != 0 { return none }
  if load8u(io, 0) != 0 { return "" }
  let bytes = load32(io, 4)
  let name = str_new(bytes, bytes)
  if fd_prestat_dir_name(fd, name + STRING_BYTES, bytes) != 0 { return "" }
  // Some hosts count a final NUL.
  var n = bytes
  while n > 0 && load8u(name + STRING_BYTES + n, -1) == 0 { n = n - 1 }
  store32(name, 4, n)
  store32(name, 8, n)
  return path_clean(name)
}

/// Opens a cleaned path in the folder with the longest name that holds it, else in the next one; -1 if none does.
fun open_in_folders(path: ref, rights: i64, create: i32): i32 {
  var longest = 0x7fffffff
  while true {
    var best = -1
    var best_length = -1
    var rest = 0
    var fd = 3
    while true {
      let name = folder_name(fd)
      if name == 0 { break }
      let below = path_below(path, name)
      let length = load32(name, 4)
      if below >= 0 && length > best_length && length < longest {
        best = fd
        best_length = length
        rest = below
      }
      fd = fd + 1
    }
    if best < 0 { return -1 }
    let part = str_slice_bytes(path, rest)
    let io = io_area()
    let errno = path_open(best, 1, load32(part, 12), load32(part, 4), create, rights, 0, 0, io)
    keep(part)
    if errno == 0 { return load32(io, 0) }
    if open_errno == 0 || open_errno == ERRNO_NOTCAPABLE || open_errno == ERRNO_PERM { open_errno = errno }
    longest = best_length
  }
  return -1
}

/// The bytes of a path from \`from\` on; "." when there are none.
fun str_slice_bytes(path: ref, from: i32): ref {
  let bytes = load32(path, 4) - from
  if bytes <= 0 { return "." }
  let part = str_of_bytes(load32(path, 12) + from, bytes)
  keep(path)
  return part
}

/// Opens a path: as it is, relative to $PWD where no folder is called as the current one, and below $MOCHI_ROOT without the
/// ".." that it begins with. Fails when there is no such file.
/// noinline
fun file_open(path: ref, rights: i64, create: i32): i32 {
  open_errno = 0
  let clean = path_clean(path)
  var fd = open_in_folders(clean, rights, create)
  if fd >= 0 { return fd }
  let pwd = env_find("PWD=")
  if pwd != 0 {
    let here = path_clean(pwd)
    if !path_is_absolute(clean) {
      fd = open_in_folders(path_clean(path_join(here, clean)), rights, create)
    } else {
      let below = path_below(clean, here)
      if below >= 0 { fd = open_in_folders(str_slice_bytes(clean, below), rights, create) }
    }
    if fd >= 0 { return fd }
  }
  let root = env_find("MOCHI_ROOT=")
  if root != 0 && !path_is_absolute(clean) {
    var part = clean
    while str_starts_with(part, "../") { part = str_slice_bytes(part, 3) }
    fd = open_in_folders(path_clean(path_join(root, part)), rights, create)
    if fd >= 0 { return fd }
  }
  fail_open(path, if create == 0 { "open" } else { "write" })
  return -1
}

fun path_join(folder: ref, path: ref): ref {
  return str_concat(str_concat(folder, "/"), path)
}

/// noinline
fun fail_open(path: ref, what: ref) {
  let errno = open_errno
  error_begin()
  out_str("cannot ")
  out_str(what)
  out_str(" \\"")
  out_str(path)
  out_str("\\": ")
  if errno == 0 || errno == ERRNO_NOTCAPABLE || errno == ERRNO_PERM {
    out_str("it is outside of the folders that this program may open")
  } else if errno == ERRNO_NOENT && str_eq(what, "write") {
    out_str("no such folder")
  } else {
    out_errno(errno)
  }
  error_end()
}

/// What an error number of WASI means.
fun out_errno(errno: i32) {
  if errno == ERRNO_NOENT || errno == ERRNO_NOTDIR {
    out_str("no such file")
  } else if errno == ERRNO_ACCES {
    out_str("permission denied")
  } else if errno == ERRNO_ISDIR || errno == ERRNO_BADF {
    out_str("it is a folder")
  } else if errno == ERRNO_NOSPC {
    out_str("no space left")
  } else if errno == ERRNO_ROFS {
    out_str("the folder is read-only")
  } else {
    out_str("error ")
    out_i64(i64(errno))
    out_str(" of the system")
  }
}

/// The value of an environment variable; \`name\` ends in "=". Null if it is not set or empty.
/// noinline
fun env_find(name: ref): ref {
  let io = io_area()
  if environ_sizes_get(io, io + 4) != 0 { return none }
  let count = load32(io, 0)
  let table = alloc_any(8 + count * 4 + load32(io, 4), KIND_RAWS)
  let first = i32(table) + 8
  var value: ref = none
  if environ_get(first, first + count * 4) == 0 {
    let bytes = load32(name, 4)
    for i in 0..count {
      let p = load32(first + i * 4, 0)
      var n = 0
      while n < bytes && load8u(p + n, 0) == load8u(load32(name, 12) + n, 0) { n = n + 1 }
      if n == bytes && load8u(p + n, 0) != 0 {
        while load8u(p + n, 0) != 0 { n = n + 1 }
        value = str_of_bytes(p + bytes, n - bytes)
        break
      }
    }
  }
  keep(table)
  return value
}

// ---- reading

/// Begins to read a file; null and "-" are standard input, of which \`input\` may have taken a part.
/// noinline
fun file_begin(path: ref) {
  file_line = 1
  file_mark = 0
  file_ended = 0
  let stdin = path == 0 || str_eq(path, "-")
  file_name = if stdin { "standard input" } else { path }
  file_fd = if stdin { 0 } else { file_open(path, OPEN_READ, 0) }
  file_buffer = alloc_any(FILE_BYTES, KIND_RAWS)
  store32(file_buffer, 4, FILE_BYTES - 8)
  file_at = i32(file_buffer) + 8
  file_end = file_at
  if stdin {
    flush()
    if in_next != in_end {
      let kept = in_end - in_next
      memory_copy(file_at, in_next, kept)
      file_end = file_at + kept
      in_next = in_end
    }
    if in_closed != 0 { file_ended = 1 }
  }
  // A byte order mark is no text.
  while file_end - file_at < 3 && file_fill() {}
  if file_end - file_at >= 3 && and(load32(file_at, 0), 0xffffff) == 0xbfbbef { file_at = file_at + 3 }
}

/// Ends reading.
fun file_close() {
  if file_fd == 0 {
    in_closed = 1
  } else {
    fd_close(file_fd)
  }
  file_buffer = none
  file_name = none
}

/// Reads more; false at the end of the file. What lies before \`file_at\`, or before \`file_mark\` if that is not 0, is dropped.
/// noinline
fun file_fill(): bool {
  if file_ended != 0 { return false }
  let from = if file_mark != 0 { file_mark } else { file_at }
  let kept = file_end - from
  let old = file_buffer
  let room = load32(old, 4)
  if kept > shr_u(room, 1) {
    if room > 0x3fffffff { fail("out of memory") }
    let bigger = alloc_any(room + room + 8, KIND_RAWS)
    store32(bigger, 4, room + room)
    memory_copy(i32(bigger) + 8, from, kept)
    file_buffer = bigger
  } else {
    memory_copy(i32(old) + 8, from, kept)
  }
  keep(old)
  let base = i32(file_buffer) + 8
  file_at = file_at - from + base
  if file_mark != 0 { file_mark = base }
  file_end = base + kept
  let io = io_area()
  while true {
    store32(io, 0, file_end)
    store32(io, 4, load32(file_buffer, 4) - kept)
    store32(io, 8, 0)
    let errno = fd_read(file_fd, io, 1, io + 8)
    if errno == 0 { break }
    if errno != ERRNO_INTR && errno != ERRNO_AGAIN { fail_read(errno) }
  }
  let count = load32(io, 8)
  if count == 0 { file_ended = 1 }
  file_end = file_end + count
  return count != 0
}

/// noinline
fun fail_read(errno: i32) {
  error_begin()
  out_str("cannot read \\"")
  out_str(file_name)
  out_str("\\": ")
  out_errno(errno)
  error_end()
}

/// Reads the rest of the file: then it lies from \`file_at\` to \`file_end\`.
fun file_read_all() {
  file_mark = file_at
  while file_fill() {}
}

/// Ends the program: what has been read is not as it should be.
/// noinline
/// noreturn
fun fail_input(what: ref) {
  error_begin()
  out_str(what)
  out_place()
  error_end()
}

/// Where in the input something is wrong: \` ("people.csv", line 3)\`.
fun out_place() {
  out_str(" (\\"")
  out_str(file_name)
  out_str("\\", line ")
  out_i64(i64(file_line))
  out_byte(41)
}

// ---- writing

// Not 0 while output goes to a file.
var save_name: ref = 0
var save_quiet: i32 = 0

/// Turns output to a file until \`save_end\`; null and "-" are standard output.
/// noinline
fun save_begin(path: ref) {
  if path == 0 || str_eq(path, "-") { return }
  flush()
  let fd = file_open(path, OPEN_WRITE, CREATE_TRUNCATE)
  save_name = path
  save_quiet = out_quiet
  out_quiet = 0
  out_fd = fd
}

/// noinline
fun save_end() {
  if save_name == 0 { return }
  flush()
  let errno = fd_close(out_fd)
  out_fd = 1
  out_quiet = save_quiet
  if errno != 0 { fail_save(errno) }
  save_name = none
}

/// Called when what has been saved cannot be written.
/// noinline
/// noreturn
fun fail_save(errno: i32) {
  out_fd = 2
  out_used = 0
  out_str("error: cannot write \\"")
  out_str(save_name)
  out_str("\\": ")
  out_errno(errno)
  save_name = none
  error_end()
}
`,"float.mochi":`// Floats to text: the shortest decimal digits that read back as the same number.
//
// Raffaele Giulietti, "The Schubfach way to render doubles" (2020), with powers of ten that are computed: every 27th is
// in a table with 128 bits, rounded up, and the others are products of it and a power of five. Schubfach needs an
// approximation of 10^k that is too large by at most one unit in its 126th bit; the products, cut off and two units
// added, are too large by more than 0 and at most four units in their 128th bit.

// The decimal exponent that belongs to the result of \`float_digits\`.
var float_exponent: i32 = 0
// The result of \`power_of_ten\`.
var power_high: i64 = 0
var power_low: i64 = 0

/// The upper 64 bits of the product of two unsigned numbers.
fun mul_high(a: i64, b: i64): i64 {
  let a0 = and(a, 0xffffffff)
  let a1 = shr_u(a, 32)
  let b0 = and(b, 0xffffffff)
  let b1 = shr_u(b, 32)
  let middle = a1 * b0 + shr_u(a0 * b0, 32)
  let cross = a0 * b1 + and(middle, 0xffffffff)
  return a1 * b1 + shr_u(middle, 32) + shr_u(cross, 32)
}

/// floor(log2(10^k)) for |k| <= 1233.
/// inline
fun log2_of_power(k: i32): i32 {
  return shr_s(k * 1741647, 19)
}

/// 10^k / 2^(floor(log2(10^k)) - 127), slightly too large; -292 <= k <= 324.
fun power_of_ten(k: i32) {
  let row = (k + 292) / 27
  let step = k + 292 - row * 27
  let entry = load32(power_table(), 12) + shl(row, 4)
  let high = load64(entry, 8)
  let low = load64(entry, 0)
  var h = high
  var l = low
  if step > 0 {
    var five: i64 = 1
    for i in 0..step {
      five = five * 5
    }
    let down = i64(log2_of_power(k) - log2_of_power(k - step) - step)
    let lowest = low * five
    let middle = high * five + mul_high(low, five)
    let highest = mul_high(high, five) + i64(lt_u(middle, high * five))
    h = or(shl(highest, 64 - down), shr_u(middle, down))
    l = or(shl(middle, 64 - down), shr_u(lowest, down))
  }
  power_low = l + 2
  power_high = h + i64(lt_u(l + 2, 2))
}

/// floor(power of ten * c / 2^128), with the lowest bit set when the product is not whole.
fun round_to_odd(c: i64): i64 {
  let x = mul_high(power_low, c)
  let y = power_high * c
  let low = x + y
  let high = mul_high(power_high, c) + i64(lt_u(low, y))
  return or(high, i64(gt_u(low, 1)))
}

/// The digits of a finite positive float as a whole number without trailing zeros; \`float_exponent\` is the power of ten
/// to multiply it by.
fun float_digits(x: f64): i64 {
  let exponent = i32(shr_u(bits(x), 52))
  let fraction = and(bits(x), 4503599627370495)
  let c = if exponent == 0 { fraction } else { or(fraction, 4503599627370496) }
  let q = if exponent == 0 { -1074 } else { exponent - 1075 }
  if q <= 0 && q > -53 {
    let down = i64(0 - q)
    if shl(shr_u(c, down), down) == c {
      float_exponent = 0
      return strip_zeros(shr_u(c, down))
    }
  }
  // A power of two is nearer to the float below it.
  let narrow = fraction == 0 && exponent > 1
  let k = shr_s(q * 1262611 - (if narrow { 524031 } else { 0 }), 22)
  let shift = i64(q + log2_of_power(0 - k) + 1)
  power_of_ten(0 - k)
  let odd = and(c, 1)
  let lower = round_to_odd(shl(4 * c - 2 + i64(narrow), shift)) + odd
  let value = round_to_odd(shl(4 * c, shift))
  let upper = round_to_odd(shl(4 * c + 2, shift)) - odd
  let s = shr_u(value, 2)
  if s >= 10 {
    let ten = div_u(s, 10) * 10
    let below = le_u(lower, 4 * ten)
    let above = le_u(4 * ten + 40, upper)
    if below != above {
      float_exponent = k
      return strip_zeros(ten + (if above { 10 } else { 0 }))
    }
  }
  let below = le_u(lower, 4 * s)
  let above = le_u(4 * s + 4, upper)
  float_exponent = k
  if below != above { return strip_zeros(s + i64(above)) }
  // Both neighbours (or none) read back as x: the nearer one, the even one of two equally near.
  let middle = 4 * s + 2
  let up = gt_u(value, middle) || (value == middle && and(s, 1) != 0)
  return strip_zeros(s + i64(up))
}

/// Moves trailing zeros of the digits into \`float_exponent\`.
fun strip_zeros(digits: i64): i64 {
  var d = digits
  while d != 0 {
    let q = div_u(d, 10)
    if q * 10 != d { return d }
    d = q
    float_exponent = float_exponent + 1
  }
  return d
}

let FLOAT_TOP = 0
let FLOAT_INNER = 1
let FLOAT_JSON = 2

/// Top level and str(): the exponent form below 1e-4 and from 1e6 on; no ".0".
fun float_str(x: f64): ref {
  return float_text(x, FLOAT_TOP)
}

/// Inside a container: never an exponent, always a point.
fun float_str_inner(x: f64): ref {
  return float_text(x, FLOAT_INNER)
}

/// JSON: the exponent form below 1e-6 and from 1e21 on; null for what JSON has no number for.
fun float_str_json(x: f64): ref {
  return float_text(x, FLOAT_JSON)
}

fun float_text(x: f64, form: i32): ref {
  let length = float_put(x, form)
  return str_copy(number_text(), length, length)
}

/// Where the text of a number is put together. The longest one has 17 digits behind 324 zeros.
/// inline
fun number_text(): i32 {
  return static_area("number text", 352)
}

/// Writes the text of a float at \`number_text()\`; gives its length.
/// noinline
fun float_put(x: f64, form: i32): i32 {
  if x - x != 0.0 {
    let word = if form == FLOAT_JSON { "null" } else if x != x { "NaN" } else if x > 0.0 { "+Inf" } else { "-Inf" }
    memory_copy(number_text(), load32(word, 12), 4)
    return load32(word, 4)
  }
  var p = number_text()
  if bits(x) < 0 {
    store8(p, 0, 45)
    p = p + 1
  }
  float_exponent = 0
  var digits: i64 = 0
  if x != 0.0 { digits = float_digits(abs(x)) }
  let n = digit_count(digits)
  // Digits in front of the point (0 or less: zeros follow it first), and the exponent of the first digit.
  let point = n + float_exponent
  let e = point - 1
  var exponential = false
  if digits != 0 {
    if form == FLOAT_TOP { exponential = e < -4 || e >= 6 }
    if form == FLOAT_JSON { exponential = e < -6 || e >= 21 }
  }
  if exponential {
    p = put_exponential(p, digits, n, e, form)
  } else if point <= 0 {
    memory_fill(p, 48, 2 - point)
    store8(p, 1, 46)
    p = p + 2 - point + n
    put_digits(p, digits)
  } else if point < n {
    put_digits(p + n + 1, digits)
    memory_copy(p, p + 1, point)
    store8(p + point, 0, 46)
    p = p + n + 1
  } else {
    memory_fill(p, 48, point + 2)
    put_digits(p + n, digits)
    p = p + point
    if form == FLOAT_INNER {
      store8(p, 0, 46)
      p = p + 2
    }
  }
  return p - number_text()
}

/// Writes d.ddde+XX at \`to\`, with two digits of the exponent at least, in JSON as many as it has; gives the address behind
/// it.
fun put_exponential(to: i32, digits: i64, n: i32, e: i32, form: i32): i32 {
  var p = to + n
  if n > 1 {
    p = p + 1
    put_digits(p, digits)
    store8(to, 0, load8u(to, 1))
    store8(to, 1, 46)
  } else {
    put_digits(p, digits)
  }
  let size = i64(if e < 0 { 0 - e } else { e })
  var width = digit_count(size)
  if form == FLOAT_TOP && width < 2 { width = 2 }
  store8(p, 0, 101)
  store8(p, 1, if e < 0 { 45 } else { 43 })
  store8(p, 2, 48)
  p = p + 2 + width
  put_digits(p, size)
  return p
}

/// ceil(10^k / 2^(floor(log2(10^k)) - 127)) for k = -292, -265, ... 302.
fun power_table(): ref {
  return "\\x7b\\x0f\\xbb\\x13\\x9c\\xe8\\xe8\\x25\\x4f\\xdc\\xbc\\xbe\\xfc\\xb1\\x77\\xff\\x90\\x12\\xc8\\x2d\\x21\\x3d\\x0a\\xfb\\xe3\\x98\\x2d\\x40\\xff\\x73\\x5d\\xce\\x1f\\x48\\xea\\xc0\\x48\\xaa\\x2f\\xf4\\x6f\\xc0\\xdf\\xc9\\xd8\\x4a\\xb3\\xa6\\x98\\x31\\x03\\x02\\x9c\\xff\\x5d\\xae\\xbc\\x64\\x71\\xf7\\x9e\\xd3\\xa8\\x86\\x58\\x09\\x9b\\xdd\\x24\\xd6\\xad\\x3b\\x76\\x8c\\x06\\x19\\xee\\xda\\x8d\\xd9\\xfb\\x98\\x08\\xf9\\x9e\\x92\\xd1\\xe5\\xcf\\xea\\x4e\\x64\\x50\\x23\\xbd\\xaf\\xc2\\x63\\xf4\\x1e\\xfa\\x3f\\x8d\\xca\\x8f\\x9c\\x97\\xc5\\xab\\xef\\xf5\\x8d\\x16\\x05\\x1d\\x10\\x6a\\x0a\\x42\\xcc\\xbd\\xaa\\xdc\\x9d\\x87\\x90\\x59\\xe5\\x6a\\x3e\\x5b\\x8d\\x0e\\xe4\\x08\\xf8\\xce\\x9b\\xa8\\x8f\\x93\\x70\\x44\\xb9\\xa9\\x4a\\xa4\\x79\\x13\\x00\\xe7\\xdd\\xad\\x9a\\x98\\x27\\x76\\x63\\xa8\\x95\\x39\\x63\\xdd\\x12\\x8b\\xc6\\x24\\x53\\xb1\\x2c\\xf7\\xba\\x80\\x00\\xc9\\xf1\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x50\\xc3\\x00\\x00\\x00\\x00\\x00\\x00\\x20\\xf0\\x9d\\xb5\\x70\\x2b\\xa8\\xad\\xc5\\x9d\\xb5\\xd5\\x53\\x47\\xd0\\x36\\xf2\\x02\\x08\\x6a\\xc3\\x25\\x70\\x0b\\xe5\\xfe\\x87\\x6f\\x5e\\xb5\\x26\\x02\\x4c\\xed\\x26\\xcf\\xab\\x09\\x5e\\xfd\\xe6\\xcd\\x1d\\x15\\x86\\xb7\\x46\\x83\\xdb\\x84\\x45\\xff\\x6b\\xbf\\x30\\x99\\x53\\xa6\\xb3\\xa9\\x45\\xba\\x92\\x23\\x8a\\x0b\\xc2\\xc5\\x9b\\x5b\\x92\\x86\\x5b\\x86\\x05\\xda\\x94\\x80\\x51\\xa1\\x2b\\x1b\\xa4\\x9d\\x06\\x28\\xff\\xf7\\x10\\xd9\\xb3\\x27\\x00\\x97\\xd1\\xc8\\x7a\\x38\\xbb\\xba\\xa6\\x54\\x66\\x41\\x58\\xaf\\xd3\\xe5\\x89\\xd2\\xfe\\xec\\xea\\x5c\\x24\\x7e\\x73\\xde\\xa9\\x71\\xa4\\x8d\\x4b\\x33\\xa5\\xea\\x3f\\xaf\\xab\\x0f\\x15\\x05\\xa4\\x92\\x23\\xe8\\xd5\\xe4\\x44\\x62\\x93\\x3b\\x1f\\x75\\x6a\\x3d\\x17\\x0a\\xb0\\xe7\\x62\\x16\\xda\\xb8\\xc9\\xeb\\x43\\x0c\\x1e\\x80\\x37\\x0f\\xcb\\x0c\\xdf\\x02\\x52\\x7a\\x52\\x95"
}
`,"float_math.mochi":`// Floats: division, remainder, powers, rounding.

let HIDDEN_BIT: i64 = 4503599627370496

/// inline
fun float_div(a: f64, b: f64): f64 {
  if b == 0.0 { fail_div() }
  return a / b
}

/// C's fmod: the exact remainder, with the sign of \`a\`. Eleven bits of the quotient at a step.
fun float_rem(a: f64, b: f64): f64 {
  if b == 0.0 { fail_div() }
  // NaN for infinite or NaN a, or NaN b.
  if a - a != 0.0 || b != b { return a - a + b }
  if abs(a) < abs(b) { return a }
  let x = bits(abs(a))
  let y = bits(abs(b))
  let divisor = significand(y)
  var rest = rem_u(significand(x), divisor)
  var more = scale_of(x) - scale_of(y)
  while more > 0 && rest != 0 {
    let step = if more < 11 { more } else { 11 }
    rest = rem_u(shl(rest, step), divisor)
    more = more - step
  }
  return copysign(float_scale(f64(rest), i32(scale_of(y)) - 1075), a)
}

/// The significand of a float's bits (no sign), as a whole number.
fun significand(x: i64): i64 {
  let fraction = and(x, HIDDEN_BIT - 1)
  return if fraction == x { fraction } else { or(fraction, HIDDEN_BIT) }
}

/// The power of two that the significand is to be multiplied by, plus 1075.
fun scale_of(x: i64): i64 {
  return shr_u(x, 52) + i64(lt_u(x, HIDDEN_BIT))
}

/// x * 2^n for |n| < 3000.
fun float_scale(x: f64, n: i32): f64 {
  var y = x
  var k = n
  while k > 1000 {
    y = y * power_of_two(1000)
    k = k - 1000
  }
  while k < -900 {
    y = y * power_of_two(-900)
    k = k + 900
  }
  return y * power_of_two(k)
}

/// 2^n for a normal result.
fun power_of_two(n: i32): f64 {
  return from_bits(shl(i64(n + 1023), 52))
}

/// The truncated value. Fails when 64 bits do not hold it.
fun float_to_int(x: f64): i64 {
  if x >= -9223372036854775808.0 && x < 9223372036854775808.0 { return trunc_sat(x) }
  fail_overflow()
}

/// x rounded to a whole number, halves away from zero.
fun float_round(x: f64): f64 {
  let t = trunc(x)
  return if abs(x - t) >= 0.5 { t + copysign(1.0, x) } else { t }
}

/// x rounded to a number of decimal digits behind the point (in front of it when negative), halves away from zero.
fun round_digits(x: f64, digits: i64): f64 {
  var power = 1.0
  for i in 0..(if digits < 0 { 0 - digits } else { digits }) {
    power = power * 10.0
    if power >= 1.0e300 { break }
  }
  if digits < 0 { return float_round(x / power) * power }
  let scaled = x * power
  // What has no digits behind the point, or cannot be scaled, stays.
  if !(abs(scaled) < 4503599627370496.0) { return x }
  return float_round(scaled) / power
}

/// x^y with C's special cases. Whole powers by squaring, with the exponent apart so that nothing overflows on the way.
fun float_pow(x: f64, y: f64): f64 {
  if y == 0.0 || x == 1.0 { return 1.0 }
  if x != x || y != y { return x + y }
  var whole = trunc(abs(y))
  var part = abs(y) - whole
  let odd = whole < 9007199254740992.0 && part == 0.0 && and(trunc_sat(whole), 1) != 0
  if x == 0.0 || x - x != 0.0 {
    // Zeros and infinities: the result is the other one for negative powers.
    let size = if y < 0.0 { 1.0 / abs(x) } else { abs(x) }
    return if odd { copysign(size, x) } else { size }
  }
  if whole >= 9223372036854775808.0 {
    if x == -1.0 { return 1.0 }
    return if (abs(x) < 1.0) == (y > 0.0) { 0.0 } else { 1.0 / 0.0 }
  }
  if part != 0.0 && x < 0.0 { return 0.0 / 0.0 }
  if y == 0.5 { return sqrt(x) }
  var result = 1.0
  var scale = 0
  if part != 0.0 {
    if part > 0.5 {
      part = part - 1.0
      whole = whole + 1.0
    }
    result = float_exp(part * float_log(x))
  }
  var base = float_fraction(x)
  var base_scale = float_binary_exponent(x)
  var n = trunc_sat(whole)
  while n != 0 {
    if base_scale > 4096 || base_scale < -4096 {
      // Out of range for certain.
      scale = scale + base_scale
      break
    }
    if and(n, 1) != 0 {
      result = result * base
      scale = scale + base_scale
    }
    base = base * base
    base_scale = base_scale + base_scale
    if abs(base) < 0.5 {
      base = base + base
      base_scale = base_scale - 1
    }
    n = shr_u(n, 1)
  }
  if y < 0.0 {
    result = 1.0 / result
    scale = 0 - scale
  }
  if scale > 2500 { scale = 2500 }
  if scale < -2500 { scale = -2500 }
  return float_scale(result, scale)
}

/// The binary exponent of a finite x other than 0 when its fraction is in [0.5, 1).
fun float_binary_exponent(x: f64): i32 {
  let size = bits(abs(x))
  if lt_u(size, HIDDEN_BIT) { return i32(i64(-1010) - clz(size)) }
  return i32(shr_u(size, 52)) - 1022
}

/// The fraction of x: with absolute value in [0.5, 1), x = fraction * 2^exponent.
fun float_fraction(x: f64): f64 {
  return float_scale(x, 0 - float_binary_exponent(x))
}

/// The natural logarithm of a positive number (FreeBSD's e_log.c: an error of less than one unit in the last place).
fun float_log(x: f64): f64 {
  var f = float_fraction(x)
  var k = f64(float_binary_exponent(x))
  if f < 0.7071067811865476 {
    f = f + f
    k = k - 1.0
  }
  f = f - 1.0
  let s = f / (2.0 + f)
  let s2 = s * s
  let s4 = s2 * s2
  let odd = s2 * (6.666666666666735130e-01 + s4 * (2.857142874366239149e-01 + s4 * (1.818357216161805012e-01 + s4 * 1.479819860511658591e-01)))
  let even = s4 * (3.999999999940941908e-01 + s4 * (2.222219843214978396e-01 + s4 * 1.531383769920937332e-01))
  let half = 0.5 * f * f
  return k * 6.93147180369123816490e-01 - ((half - (s * (half + odd + even) + k * 1.90821492927058770002e-10)) - f)
}

/// e^x for |x| < 700 (FreeBSD's e_exp.c).
fun float_exp(x: f64): f64 {
  let k = nearest(x * 1.44269504088896338700)
  let high = x - k * 6.93147180369123816490e-01
  let low = k * 1.90821492927058770002e-10
  let r = high - low
  let t = r * r
  let c = r - t * (1.66666666666666657415e-01 + t * (-2.77777777770155933842e-03 + t * (6.61375632143793436117e-05 + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))))
  let y = 1.0 - ((low - (r * c) / (2.0 - c)) - high)
  return float_scale(y, i32(trunc_sat(k)))
}
`,"float_parse.mochi":`// Text to floats, correctly rounded. Numbers of up to 15 digits and small powers of ten are exact with one operation
// (William Clinger, "How to read floating point numbers accurately", PLDI 1990); all others are calculated exactly with big
// numbers of 32-bit limbs: digits * 2^s / 10^n, rounded half to even.

// Where \`read_float\` puts its result.
var read_float_value: f64 = 0

// Digits beyond these only tell whether something follows: no float needs more to be told from a neighbour.
let MOST_DIGITS = 800
let LIMB_BYTES = 1024

/// The number that a text is: sign, digits with a point among them, exponent; anything else fails.
fun str_float(s: ref): f64 {
  if !read_float(s) { fail_cast(cell(s), "float") }
  return read_float_value
}

/// Reads a number; false if the text is none or too large. Else \`read_float_value\` has it.
/// noinline
fun read_float(s: ref): bool {
  var p = load32(s, 12)
  let end = p + load32(s, 4)
  let minus = p < end && load8u(p, 0) == 45
  if p < end && (minus || load8u(p, 0) == 43) { p = p + 1 }
  let start = p
  // The digits as a number while they are at most 18; how many there are from the first one that is not 0.
  var value: i64 = 0
  var digits = 0
  var seen = 0
  var point = -1
  while p < end {
    let d = load8u(p, 0) - 48
    if lt_u(d, 10) {
      seen = seen + 1
      if digits > 0 || d > 0 {
        digits = digits + 1
        if digits <= 18 { value = value * 10 + i64(d) }
      }
    } else if d == -2 && point < 0 {
      point = seen
    } else {
      break
    }
    p = p + 1
  }
  if seen == 0 { return false }
  let stop = p
  var exponent = if point < 0 { 0 } else { point - seen }
  if p < end {
    if or(load8u(p, 0), 32) != 101 { return false }
    p = p + 1
    let down = p < end && load8u(p, 0) == 45
    if p < end && (down || load8u(p, 0) == 43) { p = p + 1 }
    if p == end { return false }
    var e = 0
    while p < end {
      let d = load8u(p, 0) - 48
      if gt_u(d, 9) { return false }
      if e < 100000000 { e = e * 10 + d }
      p = p + 1
    }
    exponent = if down { exponent - e } else { exponent + e }
  }
  var x = 0.0
  if digits <= 15 && exponent >= -22 && exponent <= 22 {
    var power = 1.0
    for i in 0..(if exponent < 0 { 0 - exponent } else { exponent }) {
      power = power * 10.0
    }
    x = if exponent < 0 { f64(value) / power } else { f64(value) * power }
  } else if digits > 0 && digits + exponent >= -330 {
    if digits + exponent > 310 { return false }
    x = exact_float(start, stop, digits, exponent)
    if x - x != 0.0 { return false }
  }
  read_float_value = if minus { -x } else { x }
  keep(s)
  return true
}

// The big number: limbs at \`limbs()\`, the least significant one first.
var limb_count: i32 = 0

/// inline
fun limbs(): i32 {
  return static_area("limbs", LIMB_BYTES)
}

/// The big number = itself * factor + term.
fun big_multiply(factor: i32, term: i32) {
  var carry = i64_u(term)
  for i in 0..limb_count {
    let p = limbs() + shl(i, 2)
    carry = carry + load32u_64(p, 0) * i64_u(factor)
    store32(p, 0, i32(carry))
    carry = shr_u(carry, 32)
  }
  if carry != 0 {
    store32(limbs() + shl(limb_count, 2), 0, i32(carry))
    limb_count = limb_count + 1
  }
}

/// The big number = itself / divisor; gives the remainder.
fun big_divide(divisor: i32): i32 {
  var rest: i64 = 0
  var p = limbs() + shl(limb_count, 2)
  while p != limbs() {
    p = p - 4
    let value = or(shl(rest, 32), load32u_64(p, 0))
    let q = div_u(value, i64_u(divisor))
    store32(p, 0, i32(q))
    rest = value - q * i64_u(divisor)
  }
  while limb_count > 0 && load32(limbs() + shl(limb_count, 2), -4) == 0 {
    limb_count = limb_count - 1
  }
  return i32(rest)
}

/// The float next to the number that the digits between two addresses (with a point among them) make, times 10^exponent.
/// \`digits\` is their count without leading zeros; -330 <= digits + exponent <= 310.
fun exact_float(start: i32, stop: i32, digits: i32, exponent: i32): f64 {
  var e = exponent
  var rest = 0
  var left = digits
  var p = start
  limb_count = 0
  // All digits, or the first MOST_DIGITS.
  while p < stop {
    let d = load8u(p, 0) - 48
    if lt_u(d, 10) {
      if digits - left < MOST_DIGITS {
        big_multiply(10, d)
      } else {
        rest = or(rest, d)
        e = e + 1
      }
      if limb_count > 0 || d > 0 { left = left - 1 }
    }
    p = p + 1
  }
  // Divides by 10^-e, after making room for at least 64 bits of the quotient.
  var room = 0
  if e < 0 {
    room = (0 - e) / 9 + 4
    memory_copy(limbs() + shl(room, 2), limbs(), shl(limb_count, 2))
    memory_fill(limbs(), 0, shl(room, 2))
    limb_count = limb_count + room
  }
  while e != 0 {
    if e >= 9 {
      big_multiply(1000000000, 0)
      e = e - 9
    } else if e > 0 {
      big_multiply(10, 0)
      e = e - 1
    } else if e <= -9 {
      rest = or(rest, big_divide(1000000000))
      e = e + 9
    } else {
      rest = or(rest, big_divide(10))
      e = e + 1
    }
  }
  // The upper 64 bits, from the highest one that is set.
  let top = limbs() + shl(limb_count, 2)
  let zeros = clz(load32(top, -4))
  var high = shl(i64_u(load32(top, -4)), i64(zeros + 32))
  if limb_count > 1 { high = or(high, shl(load32u_64(top, -8), i64(zeros))) }
  if limb_count > 2 {
    high = or(high, shr_u(load32u_64(top, -12), i64(32 - zeros)))
    rest = or(rest, shl(load32(top, -12), zeros))
    for i in 0..limb_count - 3 {
      rest = or(rest, load32(limbs() + shl(i, 2), 0))
    }
  }
  // The binary exponent of the highest bit.
  let b = shl(limb_count - room, 5) - zeros - 1
  return float_rounded(high, rest, b)
}

/// The float next to a number, of two the even one; infinite beyond the largest one. \`high\` are the highest 64 bits of the
/// number, from the first one that is set; \`rest\` is not 0 if there are other ones; the first one is worth 2^b.
fun float_rounded(high: i64, rest: i32, b: i32): f64 {
  if b > 1023 { return 1.0 / 0.0 }
  // Below 2^-1022 there are fewer bits.
  let drop = if b >= -1022 { 11 } else { -1011 - b }
  if drop > 64 { return 0.0 }
  var kept = if drop == 64 { i64(0) } else { shr_u(high, i64(drop)) }
  let cut = shl(high, i64(64 - drop))
  if cut < 0 {
    // Half of the last place or more.
    if shl(cut, 1) != 0 || rest != 0 || and(kept, 1) != 0 { kept = kept + 1 }
  }
  return from_bits(kept + (if b >= -1022 { shl(i64(b + 1022), 52) } else { i64(0) }))
}
`,"format.mochi":`// Text of values of any type: what print shows, what str() gives, and JSON (json.mochi).
//
// A writer takes the text: 0 is standard output, else a BOX that holds the BUFFER being filled.

let WRITER_BYTES = 112

// ---- writers

fun writer_new(): ref {
  let buffer = text_buffer(WRITER_BYTES)
  return box_new(buffer)
}

/// Writes \`count\` bytes from address \`p\`, in an object that the caller keeps alive.
fun write_bytes(w: ref, p: i32, count: i32) {
  if w == 0 {
    out_bytes(p, count)
    return
  }
  let buffer = writer_room(w, count)
  let used = load32(buffer, 8)
  memory_copy(buffer + BUFFER_BYTES + used, p, count)
  store32(buffer, 8, used + count)
}

/// The writer's buffer, with room for \`count\` more bytes.
fun writer_room(w: ref, count: i32): ref {
  let buffer: ref = box_get(w)
  let used = load32(buffer, 8)
  if count <= load32(buffer, 4) - used { return buffer }
  if used + count < 0 { fail("out of memory") }
  let larger = text_buffer(used + used + count)
  store32(larger, 8, used)
  memory_copy(larger + BUFFER_BYTES, buffer + BUFFER_BYTES, used)
  box_set(w, larger)
  return larger
}

fun write_str(w: ref, s: ref) {
  write_bytes(w, load32(s, 12), load32(s, 4))
  keep(s)
}

fun write_byte(w: ref, byte: i32) {
  if w == 0 {
    out_byte(byte)
    return
  }
  let buffer = writer_room(w, 1)
  let used = load32(buffer, 8)
  store8(buffer + used, BUFFER_BYTES, byte)
  store32(buffer, 8, used + 1)
}

fun write_int(w: ref, v: i64) {
  write_bytes(w, number_text(), put_int(number_text(), v) - number_text())
}

/// A float in one of the forms FLOAT_*.
fun write_float(w: ref, x: f64, form: i32) {
  write_bytes(w, number_text(), float_put(x, form))
}

/// What has been written; the writer is not used any more.
fun writer_text(w: ref): ref {
  let buffer: ref = box_get(w)
  return buffer_string(buffer, buffer + BUFFER_BYTES + load32(buffer, 8))
}

// ---- print and str

/// str(c), Go's %v: lists as [1 a], maps as map[k:v], nil as <nil>.
/// noinline
fun value_str(c: cell): ref {
  if cell_is_str(c) && i64(c) != 0 { return ref(c) }
  let w = writer_new()
  write_value(w, c, FORM_STR, 0, none)
  return writer_text(w)
}

/// What print shows for a value inside a list: strings quoted, floats with a point.
/// noinline
fun value_show(c: cell): ref {
  let w = writer_new()
  write_value(w, c, FORM_PRINT, 1, none)
  return writer_text(w)
}

/// Prints a value at top level.
/// noinline
fun out_cell(c: cell) {
  write_value(none, c, FORM_PRINT, 0, none)
}

let FORM_PRINT = 0
let FORM_STR = 1

/// \`depth\` is the number of containers around the value. \`anchor\` is the container around it whose depth is the greatest
/// power of two: a container that contains itself meets itself as the anchor (Richard Brent, "An improved Monte Carlo
/// factorization algorithm", BIT 20, 1980).
fun write_value(w: ref, c: cell, form: i32, depth: i32, anchor: ref) {
  let kind = cell_kind(c)
  if kind == KIND_STRING {
    if form == FORM_STR || depth == 0 {
      write_str(w, ref(c))
    } else {
      write_quoted(w, ref(c))
    }
  } else if kind == CELL_INT {
    write_int(w, cell_int(c))
  } else if big_ints() != 0 && kind >= CELL_BIG {
    write_str(w, wide_str(c))
  } else if kind == CELL_FLOAT {
    write_float(w, cell_raw_float(c), if form == FORM_STR || depth == 0 { FLOAT_TOP } else { FLOAT_INNER })
  } else if kind == CELL_BOOL {
    write_str(w, if and(i64(c), 1) != 0 { "true" } else { "false" })
  } else if kind == 0 {
    write_str(w, if form == FORM_STR { "<nil>" } else { "nil" })
  } else if kind == KIND_LIST {
    write_list(w, ref(c), form, depth, next_anchor(ref(c), depth, anchor))
  } else if kind == KIND_MAP || kind == KIND_STRUCT {
    write_record(w, ref(c), form, depth, next_anchor(ref(c), depth, anchor))
  } else {
    write_str(w, if form == FORM_PRINT && depth != 0 { "nil" } else { "<function>" })
  }
}

/// The anchor for the elements of a container at a depth. Fails when the container is in itself.
fun next_anchor(container: ref, depth: i32, anchor: ref): ref {
  if container == anchor { fail("cannot show a value that contains itself") }
  return if popcnt(depth + 1) == 1 { container } else { anchor }
}

fun write_list(w: ref, list: ref, form: i32, depth: i32, anchor: ref) {
  write_byte(w, 91)
  for i in 0..load32(list, 4) {
    if i > 0 { write_separator(w, form) }
    write_value(w, list_cell_at(list, i), form, depth + 1, anchor)
  }
  write_byte(w, 93)
}

/// Space, in print after a comma.
fun write_separator(w: ref, form: i32) {
  if form == FORM_PRINT { write_byte(w, 44) }
  write_byte(w, 32)
}

/// Maps and structs, in the order of the keys.
fun write_record(w: ref, r: ref, form: i32, depth: i32, anchor: ref) {
  write_str(w, if form == FORM_PRINT { "{" } else { "map[" })
  var first = true
  var at = record_next(r, 0)
  while at != 0 {
    if !first { write_separator(w, form) }
    first = false
    let key = record_key(r, at)
    if form == FORM_PRINT {
      write_quoted(w, key)
      write_str(w, ": ")
    } else {
      write_str(w, key)
      write_byte(w, 58)
    }
    write_value(w, record_value(r, at), form, depth + 1, anchor)
    at = record_next(r, at)
  }
  write_byte(w, if form == FORM_PRINT { 125 } else { 93 })
}

/// A string in double quotes with Go's escapes: \\a \\b \\f \\n \\r \\t \\v \\\\ \\", other characters that do not print as \\x01,
/// \\u00a0 or \\U0001f000, and bytes that are no text as \\xff.
fun write_quoted(w: ref, s: ref) {
  write_byte(w, 34)
  var p = load32(s, 12)
  let end = p + load32(s, 4)
  // What is between \`from\` and \`p\` needs no escapes.
  var from = p
  while p != end {
    let c = load8u(p, 0)
    if c >= 32 && c < 127 && c != 34 && c != 92 {
      p = p + 1
    } else {
      let width = if c < 128 { 1 } else { utf8_width(p, end) }
      let cp = utf8_decode(p, width)
      if width > 1 && !is_hidden(cp) {
        p = p + width
      } else {
        write_bytes(w, from, p - from)
        write_escape(w, if width == 1 { c } else { cp }, width)
        p = p + width
        from = p
      }
    }
  }
  write_bytes(w, from, p - from)
  write_byte(w, 34)
  keep(s)
}

/// A backslash and what stands for a character (or, with width 1, a byte) behind it.
fun write_escape(w: ref, c: i32, width: i32) {
  write_byte(w, 92)
  if c == 34 || c == 92 {
    write_byte(w, c)
  } else if c >= 7 && c <= 13 {
    write_byte(w, load8u(load32("abtnvfr", 12) + c - 7, 0))
  } else if width == 1 {
    write_byte(w, 120)
    write_hex(w, c, 4)
  } else {
    let wide = c >= 0x10000
    write_byte(w, if wide { 85 } else { 117 })
    write_hex(w, c, if wide { 28 } else { 12 })
  }
}

/// Hexadecimal digits of \`n\`, the first one at bit \`shift\`.
fun write_hex(w: ref, n: i32, shift: i32) {
  var at = shift
  while at >= 0 {
    let digit = and(shr_u(n, at), 15)
    write_byte(w, digit + (if digit < 10 { 48 } else { 87 }))
    at = at - 4
  }
}

/// The texts of the elements of any list, as str() gives them, with \`sep\` between them.
/// noinline
fun values_join(list: ref, sep: ref): ref {
  let w = writer_new()
  for i in 0..load32(list, 4) {
    if i > 0 { write_str(w, sep) }
    write_value(w, list_cell_at(list, i), FORM_STR, 1, none)
  }
  return writer_text(w)
}
`,"io.mochi":`// Input and output through WASI preview 1. Standard output is buffered and written
// when the buffer is full, before input is read and at the end of the program, so that printing allocates nothing.

extern fun fd_write(fd: i32, vectors: i32, count: i32, written: i32): i32
extern fun fd_read(fd: i32, vectors: i32, count: i32, read: i32): i32
extern fun proc_exit(status: i32)
extern fun clock_time_get(clock: i32, precision: i64, time: i32): i32
extern fun environ_sizes_get(count: i32, bytes: i32): i32
extern fun environ_get(table: i32, bytes: i32): i32
extern fun args_sizes_get(count: i32, bytes: i32): i32
extern fun args_get(table: i32, bytes: i32): i32

let OUT_BYTES = 32768
let IN_BYTES = 16384

// WASI error numbers.
let ERRNO_AGAIN = 6
let ERRNO_BADF = 8
let ERRNO_INTR = 27
let ERRNO_PIPE = 64

// Bytes in the output buffer, and the file they are for: 1, or 2 while an error is reported.
var out_used: i32 = 0
var out_fd: i32 = 1
var out_quiet: i32 = 0
// The line that \`out_trim\` will trim: 0 none, 1 it begins at \`out_line\`, 2 as 1, but its beginning has been written.
var out_marked: i32 = 0
var out_line: i32 = 0

var in_next: i32 = 0
var in_end: i32 = 0
var in_closed: i32 = 0

var now_mode: i32 = 0
var now_state: i64 = 0

/// inline
fun out_area(): i32 {
  return static_area("output", OUT_BYTES)
}

/// inline
fun in_area(): i32 {
  return static_area("input", IN_BYTES)
}

/// Where WASI functions find their vectors and leave their results.
/// inline
fun io_area(): i32 {
  return static_area("io", 16)
}

// ---- output

/// Address of the next free byte of the output buffer.
/// inline
fun out_end(): i32 {
  return out_area() + out_used
}

/// Prints a string; a null string as \`nil\`.
fun out_str(s: ref) {
  if s == 0 {
    out_str("nil")
  } else {
    out_bytes(load32(s, 12), load32(s, 4))
  }
}

/// Prints \`count\` bytes at \`address\`.
/// noinline
fun out_bytes(address: i32, count: i32) {
  var from = address
  var left = count
  while gt_u(left, OUT_BYTES - out_used) {
    let room = OUT_BYTES - out_used
    memory_copy(out_end(), from, room)
    out_used = OUT_BYTES
    from = from + room
    left = left - room
    out_full()
  }
  memory_copy(out_end(), from, left)
  out_used = out_used + left
}

fun out_byte(b: i32) {
  if out_used == OUT_BYTES { out_full() }
  store8(out_end(), 0, b)
  out_used = out_used + 1
}

fun out_space() {
  out_byte(32)
}

fun out_newline() {
  out_byte(10)
}

fun out_bool(b: bool) {
  if b {
    out_str("true")
  } else {
    out_str("false")
  }
}

fun out_f64(x: f64) {
  out_bytes(number_text(), float_put(x, FLOAT_TOP))
}

/// Prints an int in decimal.
/// noinline
fun out_i64(v: i64) {
  // The longest, -9223372036854775808, has 20 characters.
  if out_used > OUT_BYTES - 20 { out_full() }
  out_used = put_int(out_end(), v) - out_area()
}

/// Makes room in the buffer: at least half of it.
/// noinline
fun out_full() {
  if out_marked != 0 {
    out_spill()
  } else {
    flush()
  }
}

/// Writes the buffer out. When the reader of a pipe has gone or the output is closed, the program ends quietly with status 1.
/// noinline
fun flush() {
  let io = io_area()
  var p = out_area()
  var left = out_used
  out_used = 0
  if out_quiet != 0 { return }
  while left != 0 {
    store32(io, 0, p)
    store32(io, 4, left)
    store32(io, 8, 0)
    let errno = fd_write(out_fd, io, 1, io + 8)
    if errno == 0 {
      let n = load32(io, 8)
      p = p + n
      left = left - n
    } else if errno != ERRNO_INTR && errno != ERRNO_AGAIN {
      if save_name != 0 { fail_save(errno) }
      if errno != ERRNO_PIPE && errno != ERRNO_BADF && out_fd == 1 {
        out_fd = 2
        out_str("error: cannot write to standard output\\n")
        flush()
      }
      proc_exit(1)
      unreachable()
    }
  }
}

/// Notes that a line begins here which \`out_trim\` will trim.
fun out_mark() {
  out_marked = 1
  out_line = out_used
}

/// Removes leading and trailing white space (Unicode's) of what has been printed since \`out_mark\`.
fun out_trim() {
  out_trim_start()
  out_used = out_trimmed_end()
  out_marked = 0
}

/// Removes white space at the beginning of the marked line, if that is still in the buffer.
fun out_trim_start() {
  if out_marked == 1 {
    let start = out_area() + out_line
    let end = out_end()
    var p = start
    while p != end && is_space(p, end) { p = p + utf8_width(p, end) }
    memory_copy(start, p, end - p)
    out_used = out_used - (p - start)
  }
}

/// Bytes of the buffer up to the trailing white space of the marked line.
fun out_trimmed_end(): i32 {
  let start = out_area() + out_line
  var end = out_end()
  while end != start {
    var p = end - 1
    while p != start && and(load8u(p, 0), 0xC0) == 0x80 { p = p - 1 }
    if p + utf8_width(p, end) != end || !is_space(p, end) { break }
    end = p
  }
  return end - out_area()
}

/// Makes room while a line is marked: writes what cannot be trimmed any more.
/// noinline
fun out_spill() {
  let base = out_area()
  out_trim_start()
  if out_used == out_line {
    // Nothing but white space so far: the line still begins here.
    flush()
    out_line = 0
    return
  }
  let keep_from = out_trimmed_end()
  let kept = out_used - keep_from
  if keep_from == 0 || kept > OUT_BYTES / 2 {
    // So much white space that it is not worth keeping.
    flush()
    out_line = 0
  } else {
    out_used = keep_from
    flush()
    memory_copy(base, base + keep_from, kept)
    out_used = kept
    out_line = 0
  }
  out_marked = 2
}

// ---- the program's beginning and end

/// Called once before anything else.
/// inline
fun start() {
  return
}

/// Called last: writes what has been printed and ends the process if the status is not 0.
fun finish(status: i32) {
  flush()
  if status != 0 { proc_exit(status) }
}

/// Discards what is printed from now on, or stops discarding it (test runs re-execute top-level statements in silence).
fun quiet(silent: bool) {
  flush()
  out_quiet = i32(silent)
}

// ---- input

/// Fills the input buffer; false at the end of the input. An input that cannot be read counts as ended.
/// noinline
fun in_fill(): bool {
  if in_closed != 0 { return false }
  let io = io_area()
  while true {
    store32(io, 0, in_area())
    store32(io, 4, IN_BYTES)
    store32(io, 8, 0)
    let errno = fd_read(0, io, 1, io + 8)
    if errno != ERRNO_INTR && errno != ERRNO_AGAIN {
      if errno != 0 || load32(io, 8) == 0 {
        in_closed = 1
        return false
      }
      break
    }
  }
  in_next = in_area()
  in_end = in_next + load32(io, 8)
  return true
}

/// One line of standard input without its line end (LF, CR LF); at the end of the input the empty string, forever.
/// noinline
fun input(): ref {
  flush()
  if in_next == in_end {
    if !in_fill() { return "" }
  }
  // A line within the buffer becomes a string at once; one that crosses its end is gathered in \`held\`.
  var held: ref = ref(0)
  var held_bytes = 0
  while true {
    var p = in_next
    while p != in_end && load8u(p, 0) != 10 { p = p + 1 }
    let from = in_next
    let count = p - from
    let found = p != in_end
    in_next = if found { p + 1 } else { p }
    if found && held_bytes == 0 { return line_of(from, count) }
    let total = held_bytes + count
    if held == 0 || total > load32(held, 4) {
      let bigger = alloc_any(total + total + 8, KIND_RAWS)
      store32(bigger, 4, total + total)
      if held_bytes != 0 { memory_copy(i32(bigger) + 8, i32(held) + 8, held_bytes) }
      held = bigger
    }
    memory_copy(i32(held) + 8 + held_bytes, from, count)
    held_bytes = total
    if found || !in_fill() { break }
  }
  let line = line_of(i32(held) + 8, held_bytes)
  keep(held)
  return line
}

/// A string of the bytes of a line, without CRs at its end.
fun line_of(address: i32, count: i32): ref {
  var n = count
  while n > 0 && load8u(address + n - 1, 0) == 13 { n = n - 1 }
  return str_of_bytes(address, n)
}

// ---- clock, environment, arguments

/// Nanoseconds since 1970. With MOCHI_NOW_SEED=n in the environment: the next value of a linear congruential generator
/// that starts from n (LANGUAGE 4.11).
/// noinline
fun now(): i64 {
  if now_mode == 0 { now_init() }
  if now_mode == 2 {
    now_state = rem_u(now_state * 1664525 + 1013904223, 2147483647)
    return now_state
  }
  return clock_now()
}

/// Nanoseconds since 1970, whatever the environment says.
fun clock_now(): i64 {
  let io = io_area()
  store64(io, 0, 0)
  clock_time_get(0, 1000, io)
  return load64(io, 0)
}

/// noinline
fun now_init() {
  now_mode = 1
  let io = io_area()
  if environ_sizes_get(io, io + 4) != 0 { return }
  let count = load32(io, 0)
  let table = alloc_any(8 + count * 4 + load32(io, 4), KIND_RAWS)
  let first = i32(table) + 8
  if environ_get(first, first + count * 4) == 0 {
    let name = load32("MOCHI_NOW_SEED=", 12)
    for i in 0..count {
      let p = load32(first + i * 4, 0)
      var n = 0
      while n < 15 && load8u(p + n, 0) == load8u(name + n, 0) { n = n + 1 }
      if n == 15 && load8u(p, 15) != 0 {
        now_mode = 2
        now_state = rem_u(parse_decimal(p + 15), 2147483647)
      }
    }
  }
  keep(table)
}

/// The number that the decimal digits at p (after a sign) make, up to the first other byte; wraps beyond 64 bits.
fun parse_decimal(p: i32): i64 {
  let minus = load8u(p, 0) == 45
  var q = if minus { p + 1 } else { p }
  var n: i64 = 0
  while true {
    let digit = load8u(q, 0) - 48
    if digit < 0 || digit > 9 { break }
    n = n * 10 + i64(digit)
    q = q + 1
  }
  return if minus { 0 - n } else { n }
}

/// The program's argument number n (0 is its name) as an int; 0 if there is none.
/// noinline
fun arg_i64(n: i32): i64 {
  let io = io_area()
  if args_sizes_get(io, io + 4) != 0 { return 0 }
  let count = load32(io, 0)
  if n >= count { return 0 }
  let table = alloc_any(8 + count * 4 + load32(io, 4), KIND_RAWS)
  let first = i32(table) + 8
  var value: i64 = 0
  if args_get(first, first + count * 4) == 0 { value = parse_decimal(load32(first + n * 4, 0)) }
  keep(table)
  return value
}
`,"json.mochi":`// JSON, as Go's encoding/json writes it: two spaces of indentation, sorted keys, HTML's characters escaped.

/// json(c): prints it, with a line end.
/// noinline
fun json_out(c: cell) {
  write_json(none, c, 0, none)
  out_newline()
}

/// The JSON text of a value.
/// noinline
fun json_str(c: cell): ref {
  let w = writer_new()
  write_json(w, c, 0, none)
  return writer_text(w)
}

/// \`depth\` and \`anchor\` as for write_value.
fun write_json(w: ref, c: cell, depth: i32, anchor: ref) {
  let kind = cell_kind(c)
  if kind == KIND_STRING {
    write_json_text(w, ref(c))
  } else if kind == CELL_INT {
    write_int(w, cell_int(c))
  } else if big_ints() != 0 && kind == CELL_BIG {
    write_str(w, big_str(c))
  } else if big_rats() != 0 && kind == CELL_RAT {
    // As a string: JSON has no fractions.
    write_json_text(w, rat_str(c))
  } else if kind == CELL_FLOAT {
    write_float(w, cell_raw_float(c), FLOAT_JSON)
  } else if kind == CELL_BOOL {
    write_str(w, if and(i64(c), 1) != 0 { "true" } else { "false" })
  } else if kind == KIND_LIST {
    write_json_list(w, ref(c), depth, next_anchor(ref(c), depth, anchor))
  } else if kind == KIND_MAP || kind == KIND_STRUCT {
    write_json_record(w, ref(c), depth, next_anchor(ref(c), depth, anchor))
  } else {
    write_str(w, "null")
  }
}

fun write_json_list(w: ref, list: ref, depth: i32, anchor: ref) {
  write_byte(w, 91)
  let count = load32(list, 4)
  for i in 0..count {
    write_json_line(w, i > 0, depth + 1)
    write_json(w, list_cell_at(list, i), depth + 1, anchor)
  }
  if count != 0 { write_json_line(w, false, depth) }
  write_byte(w, 93)
}

fun write_json_record(w: ref, r: ref, depth: i32, anchor: ref) {
  write_byte(w, 123)
  var at = record_next(r, 0)
  let some = at != 0
  var more = false
  while at != 0 {
    write_json_line(w, more, depth + 1)
    more = true
    write_json_text(w, record_key(r, at))
    write_str(w, ": ")
    write_json(w, record_value(r, at), depth + 1, anchor)
    at = record_next(r, at)
  }
  if some { write_json_line(w, false, depth) }
  write_byte(w, 125)
}

/// A new line, after a comma when \`more\`.
fun write_json_line(w: ref, more: bool, depth: i32) {
  if more { write_byte(w, 44) }
  write_byte(w, 10)
  for i in 0..depth {
    write_str(w, "  ")
  }
}

/// A JSON string. Bytes that are no text become U+FFFD.
fun write_json_text(w: ref, s: ref) {
  write_byte(w, 34)
  var p = load32(s, 12)
  let end = p + load32(s, 4)
  var from = p
  while p != end {
    let c = load8u(p, 0)
    let width = if c < 128 { 1 } else { utf8_width(p, end) }
    if json_plain(c) || (width > 1 && and(utf8_decode(p, width), -2) != 0x2028) {
      p = p + width
    } else {
      write_bytes(w, from, p - from)
      write_json_escape(w, utf8_decode(p, width))
      p = p + width
      from = p
    }
  }
  write_bytes(w, from, p - from)
  write_byte(w, 34)
  keep(s)
}

/// True for ASCII characters that stand for themselves: not controls, \`"\`, \`&\`, \`<\`, \`>\` and the backslash.
fun json_plain(c: i32): bool {
  return c >= 32 && c < 128 && c != 34 && c != 38 && c != 60 && c != 62 && c != 92
}

fun write_json_escape(w: ref, c: i32) {
  write_byte(w, 92)
  if c == 34 || c == 92 {
    write_byte(w, c)
  } else if c >= 8 && c <= 13 && c != 11 {
    write_byte(w, load8u(load32("btn fr", 12) + c - 8, 0))
  } else {
    write_byte(w, 117)
    write_hex(w, c, 12)
  }
}
`,"json_read.mochi":`// JSON (RFC 8259): a reader that makes typed values as it goes, one pass over the buffer of the file, and a compact writer.

let JSON_DEPTH = 2000

// The string or number token that was read last: it lies in the buffer of the file until that is filled again.
var token_at: i32 = 0
var token_bytes: i32 = 0
var json_depth: i32 = 0

// ---- load, fetch

/// load with format json: a list of rows, or one row.
/// noinline
fun load_json(path: ref, shape: i32): ref {
  file_begin(path)
  json_depth = 0
  let row = row_shape(shape)
  var rows: ref = none
  if json_next() == 91 {
    rows = ref(json_value(shape))
  } else {
    rows = list_new(load32(shape, 8), 1)
    input_push(rows, load32(shape, 8), json_value(row))
  }
  json_finish()
  return rows
}

/// load with format jsonl: a row on each line.
/// noinline
fun load_jsonl(path: ref, shape: i32): ref {
  file_begin(path)
  json_depth = 0
  let kind = load32(shape, 8)
  let row = row_shape(shape)
  let rows = list_new(kind, 0)
  while json_next() >= 0 {
    input_push(rows, kind, json_value(row))
  }
  file_close()
  return rows
}

/// fetch: the value of a local file.
/// noinline
fun fetch_json(url: ref, shape: i32): cell {
  file_begin(fetch_path(url))
  json_depth = 0
  let value = json_value(shape)
  json_finish()
  return value
}

/// The path that a URL names. Fails for other URLs than those of files.
fun fetch_path(url: ref): ref {
  if url == 0 { fail_null("URL") }
  if str_starts_with(url, "file:") {
    let path = str_slice(url, 5, str_len(url))
    if str_starts_with(path, "//localhost/") { return str_slice(path, 11, str_len(path)) }
    return if str_starts_with(path, "//") { str_slice(path, 2, str_len(path)) } else { path }
  }
  if str_contains(url, "://") {
    fail(str_concat(str_concat("cannot fetch \\"", url), "\\": WebAssembly programs (WASI preview 1) have no network access, they can fetch files only (E130)"))
  }
  return url
}

fun json_finish() {
  if json_next() >= 0 { fail_input("there is more text behind the JSON value") }
  file_close()
}

// ---- reading

/// The next byte that is no white space, which stays to be read; -1 at the end.
fun json_next(): i32 {
  while true {
    while file_at != file_end {
      let c = load8u(file_at, 0)
      if c > 32 { return c }
      if c == 10 {
        file_line = file_line + 1
      } else if c != 32 && c != 13 && c != 9 {
        return c
      }
      file_at = file_at + 1
    }
    if !file_fill() { return -1 }
  }
  return -1
}

/// A value of a shape; 0 skips it.
fun json_value(shape: i32): cell {
  let c = json_next()
  if c == 34 {
    json_string()
    return if shape == 0 { none } else { string_cell(shape, token_at, token_bytes) }
  }
  if c == 123 { return cell(json_object(shape)) }
  if c == 91 { return cell(json_list(shape)) }
  if c == 45 || lt_u(c - 48, 10) {
    let point = json_number()
    return if shape == 0 { none } else { number_cell(shape, token_at, token_bytes, point, false) }
  }
  if c == 110 {
    json_word("null")
    return if shape == 0 { none } else { nil_cell(shape) }
  }
  if c != 116 && c != 102 { fail_json(c) }
  json_word(if c == 116 { "true" } else { "false" })
  return if shape == 0 { none } else { bool_cell(shape, c == 116) }
}

/// noreturn
fun fail_json(c: i32) {
  if c < 0 { fail_input("the JSON text ends too early") }
  fail_input("this is not JSON")
}

fun json_word(word: ref) {
  let n = load32(word, 4)
  while file_end - file_at < n {
    if !file_fill() { fail_json(-1) }
  }
  if !bytes_equal(file_at, load32(word, 12), n) { fail_json(0) }
  file_at = file_at + n
}

fun json_deeper() {
  json_depth = json_depth + 1
  if json_depth > JSON_DEPTH { fail_input("the data is nested too deeply") }
}

/// Reads the comma between items, or the closing byte; true if an item follows.
fun json_more(close: i32, first: bool): bool {
  let c = json_next()
  if c == close {
    file_at = file_at + 1
    return false
  }
  if !first {
    if c != 44 { fail_json(c) }
    file_at = file_at + 1
    if json_next() == close { fail_json(0) }
  }
  return true
}

fun json_list(shape: i32): ref {
  json_deeper()
  let list = list_begin(shape)
  let items = item_shape(shape)
  let kind = list_shape_kind(shape)
  file_at = file_at + 1
  var first = true
  while json_more(93, first) {
    first = false
    let item = json_value(items)
    if shape != 0 { input_push(list, kind, item) }
  }
  json_depth = json_depth - 1
  return list
}

fun json_object(shape: i32): ref {
  json_deeper()
  let object = record_begin(shape)
  file_at = file_at + 1
  if shape != 0 && load32(shape, 0) == SHAPE_STRUCT {
    json_struct(shape, object)
  } else {
    json_map(shape, object)
  }
  json_depth = json_depth - 1
  return object
}

/// Reads a key into the token.
fun json_key() {
  let c = json_next()
  if c != 34 { fail_json(c) }
  json_string()
}

fun json_colon() {
  let c = json_next()
  if c != 58 { fail_json(c) }
  file_at = file_at + 1
}

fun json_map(shape: i32, map: ref) {
  let items = item_shape(shape)
  var first = true
  while json_more(125, first) {
    first = false
    json_key()
    if shape == 0 {
      json_colon()
      json_value(0)
    } else {
      let key = text_string(token_at, token_bytes)
      input_field = key
      json_colon()
      let value = json_value(items)
      cell_store_new(map_put_text(map, key), map_value_kind(map), value)
    }
  }
}

fun json_struct(shape: i32, object: ref) {
  let seen = seen_new(shape)
  var bits: i64 = 0
  var last = 0
  var first = true
  while json_more(125, first) {
    first = false
    json_key()
    let field = find_field(shape, last, token_at, token_bytes)
    json_colon()
    if field == 0 {
      json_value(0)
    } else {
      last = field
      let i = (field - shape_field(shape, 0)) / FIELD_BYTES
      if seen == 0 {
        bits = or(bits, shl(1, i64(i)))
      } else {
        store8(seen + i, 8, 1)
      }
      input_field = loadref(field, 0)
      let value = json_value(load32(field, 12))
      cell_store_new(object + load32(field, 4), load32(field, 8), value)
    }
  }
  check_seen(shape, bits, seen)
}

/// Reads a number into the token; true if it has a point or an exponent.
fun json_number(): bool {
  file_mark = file_at
  var p = file_at
  while true {
    while p != file_end && json_in_number(load8u(p, 0)) { p = p + 1 }
    if p != file_end { break }
    file_at = p
    if !file_fill() { break }
    p = file_at
  }
  file_at = p
  token_at = file_mark
  token_bytes = p - file_mark
  file_mark = 0
  return json_check_number(token_at, p)
}

fun json_in_number(c: i32): bool {
  return lt_u(c - 48, 10) || c == 45 || c == 43 || c == 46 || or(c, 32) == 101
}

/// Fails unless the bytes [start, end) are a number of JSON's; true if it has a point or an exponent.
fun json_check_number(start: i32, end: i32): bool {
  var p = start
  if load8u(p, 0) == 45 { p = p + 1 }
  let digits = json_digits(p, end)
  if digits > p + 1 && load8u(p, 0) == 48 { fail_json(0) }
  p = digits
  if p == end { return false }
  if load8u(p, 0) == 46 { p = json_digits(p + 1, end) }
  if p == end { return true }
  if or(load8u(p, 0), 32) != 101 { fail_json(0) }
  p = p + 1
  if p != end && (load8u(p, 0) == 45 || load8u(p, 0) == 43) { p = p + 1 }
  if json_digits(p, end) != end { fail_json(0) }
  return true
}

/// Where the digits that begin at p end; there must be one.
fun json_digits(p: i32, end: i32): i32 {
  var q = p
  while q != end && lt_u(load8u(q, 0) - 48, 10) { q = q + 1 }
  if q == p { fail_json(0) }
  return q
}

/// Reads a string into the token, without its escapes.
fun json_string() {
  file_at = file_at + 1
  file_mark = file_at
  var p = file_at
  var end = file_end
  while true {
    while p != end && json_plain_byte(load8u(p, 0)) { p = p + 1 }
    if p != end { break }
    file_at = p
    if !file_fill() { fail_json(-1) }
    p = file_at
    end = file_end
  }
  file_at = p
  var to = p - file_mark
  if load8u(p, 0) != 34 { to = json_escapes(to) }
  token_at = file_mark
  token_bytes = to
  file_at = file_at + 1
  file_mark = 0
}

/// inline
fun json_plain_byte(c: i32): bool {
  return c != 34 && c != 92 && c >= 32
}

/// The next byte of a string.
fun json_byte(): i32 {
  if file_at == file_end && !file_fill() { fail_json(-1) }
  return load8u(file_at, 0)
}

/// Reads a string on from its first escape to its closing quote; what it stands for goes to offset \`from\` behind \`file_mark\`.
/// Gives the offset of its end.
fun json_escapes(from: i32): i32 {
  var to = from
  while true {
    var c = json_byte()
    if c == 34 { return to }
    if c < 32 { fail_input("a control character in a string") }
    file_at = file_at + 1
    if c == 92 {
      c = json_byte()
      file_at = file_at + 1
      if c == 117 {
        // Reading it may move what has been read.
        let cp = json_code_point()
        to = utf8_encode(file_mark + to, cp) - file_mark
      } else {
        store8(file_mark + to, 0, json_escaped(c))
        to = to + 1
      }
    } else {
      store8(file_mark + to, 0, c)
      to = to + 1
    }
  }
  return to
}

/// What stands behind a backslash, as it is meant.
fun json_escaped(c: i32): i32 {
  if c == 34 || c == 92 || c == 47 { return c }
  if c == 110 { return 10 }
  if c == 116 { return 9 }
  if c == 114 { return 13 }
  if c == 98 { return 8 }
  if c != 102 { fail_input("an escape that JSON does not have") }
  return 12
}

/// The code point of an escape whose \`\\u\` has been read; two surrogates make one, a single one makes U+FFFD.
fun json_code_point(): i32 {
  let high = json_hex()
  if and(high, 0xf800) != 0xd800 { return high }
  if high >= 0xdc00 { return 0xfffd }
  while file_end - file_at < 6 && file_fill() {}
  if file_end - file_at < 6 || load8u(file_at, 0) != 92 || load8u(file_at, 1) != 117 { return 0xfffd }
  let before = file_at - file_mark
  file_at = file_at + 2
  let low = json_hex()
  if and(low, 0xfc00) != 0xdc00 {
    // The second escape stands for itself.
    file_at = file_mark + before
    return 0xfffd
  }
  return 0x10000 + shl(high - 0xd800, 10) + low - 0xdc00
}

fun json_hex(): i32 {
  var n = 0
  for i in 0..4 {
    let c = json_byte()
    file_at = file_at + 1
    var digit = c - 48
    if gt_u(digit, 9) {
      digit = or(c, 32) - 87
      if digit < 10 || digit > 15 { fail_input("an escape that JSON does not have") }
    }
    n = or(shl(n, 4), digit)
  }
  return n
}

// ---- writing

/// save with format json: the list of the rows, or the row if there is one only.
/// noinline
fun save_json(rows: cell, path: ref) {
  let list = save_rows(rows)
  save_begin(path)
  if load32(list, 4) == 1 {
    write_json_line_value(none, list_cell_at(list, 0), 0, none)
  } else {
    write_json_line_value(none, cell(list), 0, none)
  }
  out_newline()
  save_end()
}

/// save with format jsonl: a row on each line.
/// noinline
fun save_jsonl(rows: cell, path: ref) {
  let list = save_rows(rows)
  save_begin(path)
  for i in 0..load32(list, 4) {
    write_json_line_value(none, list_cell_at(list, i), 0, none)
    out_newline()
  }
  save_end()
}

/// The JSON text of a value on one line.
fun json_line_text(c: cell): ref {
  let w = writer_new()
  write_json_line_value(w, c, 0, none)
  return writer_text(w)
}

/// Writes a value without white space; \`depth\` and \`anchor\` as for write_value.
fun write_json_line_value(w: ref, c: cell, depth: i32, anchor: ref) {
  let kind = cell_kind(c)
  if kind == KIND_LIST {
    let list = ref(c)
    let inner = next_anchor(list, depth, anchor)
    write_byte(w, 91)
    for i in 0..load32(list, 4) {
      if i != 0 { write_byte(w, 44) }
      write_json_line_value(w, list_cell_at(list, i), depth + 1, inner)
    }
    write_byte(w, 93)
  } else if kind == KIND_MAP || kind == KIND_STRUCT {
    let r = ref(c)
    let inner = next_anchor(r, depth, anchor)
    write_byte(w, 123)
    var first = true
    var at = record_next(r, 0)
    while at != 0 {
      if !first { write_byte(w, 44) }
      first = false
      write_json_text(w, record_key(r, at))
      write_byte(w, 58)
      write_json_line_value(w, record_value(r, at), depth + 1, inner)
      at = record_next(r, at)
    }
    write_byte(w, 125)
  } else {
    if kind == CELL_FLOAT {
      let x = cell_raw_float(c)
      if x - x != 0.0 { fail("JSON has no NaN and no infinity") }
    }
    write_json(w, c, depth, anchor)
  }
}
`,"list.mochi":`// Lists: LIST objects (+4 length, +8 capacity, both in elements, +12 element buffer; element kind in header bits 8-11)
// and their element buffers (elements from +8: 1 byte a bool, 4 a ref, else 8). Buffers of refs and cells are zero behind
// the length, because the collector traces them whole. A null list reads as an empty one.

let SHARED_BIT = 0x8000

/// The element kind of a list.
/// inline
fun list_kind(xs: ref): i32 {
  return and(load8u(xs, 1), 15)
}

/// Bytes of an element of a kind.
/// inline
fun elem_size(kind: i32): i32 {
  // 1, 8, 8, 4, 8
  return and(shr_u(0x84881, kind * 4), 15)
}

/// inline
fun list_header(kind: i32): i32 {
  return or(KIND_LIST, shl(kind, 8))
}

/// A new element buffer for \`cap\` elements of a kind; its capacity in bytes (at +4) is all that its memory holds. Elements
/// are not initialised, except refs and cells: null.
/// noinline
fun elems_new(kind: i32, cap: i32): ref {
  let size = elem_size(kind)
  if gt_u(cap, div_u(0x7FFEFFF0, size)) { fail("out of memory") }
  let bytes = usable_size(cap * size + 8)
  var buffer: ref = ref(0)
  if kind == ELEM_REF {
    buffer = alloc_zero(bytes, KIND_REFS)
  } else if kind == ELEM_CELL {
    buffer = alloc_zero(bytes, KIND_CELLS)
  } else {
    buffer = alloc_any(bytes, KIND_RAWS)
  }
  store32(buffer, 4, bytes - 8)
  return buffer
}

/// A new empty list of a kind with room for \`cap\` elements.
/// noinline
fun list_new(kind: i32, cap: i32): ref {
  var buffer: ref = ref(0)
  var room = 0
  if cap != 0 {
    buffer = elems_new(kind, cap)
    room = div_u(load32(buffer, 4), elem_size(kind))
  }
  let xs = alloc(16, list_header(kind))
  store32(xs, 4, 0)
  store32(xs, 8, room)
  storeref(xs, 12, buffer)
  return xs
}

/// inline
fun list_len(xs: ref): i64 {
  return load32u_64(xs, 4)
}

/// The address of element \`i\` (which must exist), less 8.
/// inline
fun list_at(xs: ref, i: i32, size: i32): i32 {
  return load32(xs, 12) + i * size
}

/// xs[i]: negative indexes count from the end; fails when out of range. The way for negative indexes joins the common one
/// and makes no call, so that nothing in a loop over a list has to survive one.
/// inline
fun list_get<T>(xs: ref, i: i64): T {
  let len = load32u_64(xs, 4)
  var at = i
  if ge_u(at, len) {
    at = i + len
    if ge_u(at, len) { fail_index(i, len) }
  }
  return load(list_at(xs, i32(at), sizeof(T)), 8)
}

/// xs[i] = v: negative indexes count from the end, an index at or behind the end grows the list (see list_extend).
/// inline
fun list_set<T>(xs: ref, i: i64, v: T) {
  if lt_u(i, load32u_64(xs, 4)) {
    store(list_at(xs, i32(i), sizeof(T)), 8, v)
  } else {
    list_set_slow(xs, i, v)
  }
}

/// noinline
fun list_set_slow<T>(xs: ref, i: i64, v: T) {
  let at = list_extend(xs, i)
  store(list_at(xs, at, sizeof(T)), 8, v)
}

/// Makes index \`i\`, which is not in the list, exist; gives it as one that is not negative. The elements between the old end and
/// \`i\` become null, so only lists of references and cells can grow by more than one.
/// noinline
fun list_extend(xs: ref, i: i64): i32 {
  if xs == 0 { fail_null("list") }
  let len = load32u_64(xs, 4)
  if i < 0 {
    if i + len < 0 { fail_index(i, len) }
    return i32(i + len)
  }
  let kind = list_kind(xs)
  if i > len {
    if kind < ELEM_REF {
      error_begin()
      out_str("assignment beyond the end of the list: index ")
      out_i64(i)
      out_str(" (length ")
      out_i64(len)
      out_byte(41)
      error_end()
    }
    if i >= 0x7FFFFFFF { fail("out of memory") }
  }
  let count = i32(i) + 1
  if gt_u(count, load32(xs, 8)) { list_grow(xs, count) }
  store32(xs, 4, count)
  return i32(i)
}

/// Gives the list room for at least \`need\` elements; the capacity doubles, or grows by half beyond 1 MB.
/// noinline
fun list_grow(xs: ref, need: i32) {
  let kind = list_kind(xs)
  let size = elem_size(kind)
  let cap = load32(xs, 8)
  var want = cap + shr_u(cap, 1)
  if lt_u(cap * size, 0x100000) { want = cap + cap }
  if lt_u(want, need) { want = need }
  if lt_u(want, div_u(24, size)) { want = div_u(24, size) }
  let old = loadref(xs, 12)
  let bytes = usable_size(want * size + 8)
  if cap != 0 && lt_u(want, 0x0FFF0000) {
    if extend_in_place(old, bytes) {
      let before = load32(old, 4)
      if kind >= ELEM_REF { zero(i32(old) + 8 + before, bytes - 8 - before) }
      store32(old, 4, bytes - 8)
      store32(xs, 8, div_u(bytes - 8, size))
      return
    }
  }
  let buffer = elems_new(kind, want)
  if cap != 0 { memory_copy(i32(buffer) + 8, i32(old) + 8, load32(xs, 4) * size) }
  storeref(xs, 12, buffer)
  store32(xs, 8, div_u(load32(buffer, 4), size))
}

/// Appends in place.
/// inline
fun list_push<T>(xs: ref, v: T) {
  let len = load32(xs, 4)
  if len == load32(xs, 8) { list_grow(xs, len + 1) }
  store(list_at(xs, len, sizeof(T)), 8, v)
  store32(xs, 4, len + 1)
}

/// A copy of xs with v appended; xs may be null.
/// noinline
fun list_append<T>(xs: ref, v: T): ref {
  let out = list_copy_room(xs, kindof(T), 1)
  list_push(out, v)
  return out
}

/// xs with v appended: xs itself when no second reference to it can exist, else a copy with room to grow.
/// inline
fun list_append_owned<T>(xs: ref, v: T): ref {
  let len = load32(xs, 4)
  // A null list has no room, as length and capacity of the null object are equal.
  if len != load32(xs, 8) && load8u(xs, 1) < 128 {
    store(list_at(xs, len, sizeof(T)), 8, v)
    store32(xs, 4, len + 1)
    return xs
  }
  return list_append_slow<T>(xs, v)
}

/// noinline
fun list_append_slow<T>(xs: ref, v: T): ref {
  var out = xs
  if xs == 0 || load8u(xs, 1) >= 128 { out = list_copy_room(xs, kindof(T), shr_u(load32(xs, 4), 1) + 1) }
  list_push(out, v)
  return out
}

/// A copy of xs (null: an empty list of the kind) with room for \`extra\` more elements.
fun list_copy_room(xs: ref, kind: i32, extra: i32): ref {
  let len = load32(xs, 4)
  let out = list_new(if xs == 0 { kind } else { list_kind(xs) }, len + extra)
  list_copy_range(out, 0, xs, 0, len)
  return out
}

/// Copies \`count\` elements from \`from\` in xs to \`to\` in out, a list of the same kind with enough capacity; sets out's length to
/// their end. Elements that are lists are in two lists then.
fun list_copy_range(out: ref, to: i32, xs: ref, from: i32, count: i32) {
  store32(out, 4, to + count)
  if count != 0 {
    let kind = list_kind(out)
    let size = elem_size(kind)
    let p = load32(out, 12) + 8 + to * size
    memory_copy(p, load32(xs, 12) + 8 + from * size, count * size)
    if kind >= ELEM_REF { share_elems(p, count, kind) }
  }
}

/// Marks a list as one that may have several references; gives back x, which may be anything.
/// inline
fun share(x: ref): ref {
  if load8u(x, 0) == KIND_LIST { store8(x, 1, or(load8u(x, 1), 128)) }
  return x
}

/// Marks those of \`count\` elements at p that are lists, which a copy has put into a second place.
/// noinline
fun share_elems(p: i32, count: i32, kind: i32) {
  for i in 0..count {
    if kind == ELEM_REF {
      let x = loadref(p + i * 4, 0)
      // Objects of one list of references are all alike.
      if x != 0 && load8u(x, 0) != KIND_LIST { return }
      share(x)
    } else {
      let c = loadcell(p + i * 8, 0)
      if cell_is_ref(c) { share(ref(c)) }
    }
  }
}

/// A slice bound as an index from 0 to len.
fun clamp_index(i: i64, len: i64): i64 {
  var at = i
  if i < 0 { at = i + len }
  if at < 0 { return 0 }
  if at > len { return len }
  return at
}

/// xs[a:b]: a copy; bounds are clamped, negative ones count from the end. Null stays null.
/// noinline
fun list_slice(xs: ref, a: i64, b: i64): ref {
  if xs == 0 { return xs }
  let len = list_len(xs)
  let from = i32(clamp_index(a, len))
  var count = i32(clamp_index(b, len)) - from
  if count < 0 { count = 0 }
  let out = list_new(list_kind(xs), count)
  list_copy_range(out, 0, xs, from, count)
  return out
}

/// Every step-th element of xs[a:b]; from its last one backwards when the step is negative.
/// noinline
fun list_step(xs: ref, a: i64, b: i64, step: i64): ref {
  if step == 0 { fail("slice step must not be 0") }
  let slice = list_slice(xs, a, b)
  if step == 1 || slice == 0 { return slice }
  let len = load32(slice, 4)
  let out = list_new(list_kind(slice), 0)
  if len == 0 { return out }
  let size = elem_size(list_kind(slice))
  // A step beyond the list takes one element.
  var stride = if step < 0 { 0 - step } else { step }
  if ge_u(stride, i64_u(len)) { stride = i64_u(len) }
  let count = div_u(len - 1, i32(stride)) + 1
  list_grow(out, count)
  store32(out, 4, count)
  var from = load32(slice, 12) + 8
  var move = i32(stride) * size
  if step < 0 {
    from = from + (len - 1) * size
    move = 0 - move
  }
  var to = load32(out, 12) + 8
  for i in 0..count {
    copy_elem(to, from, size)
    to = to + size
    from = from + move
  }
  return out
}

/// inline
fun copy_elem(to: i32, from: i32, size: i32) {
  if size == 8 {
    store64(to, 0, load64(from, 0))
  } else if size == 4 {
    store32(to, 0, load32(from, 0))
  } else {
    store8(to, 0, load8u(from, 0))
  }
}

/// a + b: a new list. Both must be of one kind; null is empty (null + null is null).
/// noinline
fun list_concat(a: ref, b: ref): ref {
  if a == 0 && b == 0 { return a }
  let la = load32(a, 4)
  let lb = load32(b, 4)
  let out = list_new(list_kind(if a == 0 { b } else { a }), la + lb)
  list_copy_range(out, 0, a, 0, la)
  list_copy_range(out, la, b, 0, lb)
  return out
}

/// noinline
fun list_reverse(xs: ref): ref {
  return list_step(xs, 0, list_len(xs), -1)
}

/// The ints from a up to (or, with a negative step, down to) b, without b.
/// noinline
fun list_range(a: i64, b: i64, step: i64): ref {
  if step == 0 { fail("range step must not be 0") }
  var count: i64 = 0
  if step > 0 {
    if b > a { count = div_u(b - a - 1, step) + 1 }
  } else if a > b {
    count = div_u(a - b - 1, 0 - step) + 1
  }
  if gt_u(count, 0x0FFF0000) { fail("out of memory") }
  let out = list_new(ELEM_I64, i32(count))
  store32(out, 4, i32(count))
  var p = load32(out, 12)
  var v = a
  for i in 0..i32(count) {
    store64(p, 8, v)
    p = p + 8
    v = v + step
  }
  return out
}

/// Element i (which must exist) of a list of any kind.
fun list_cell_at(xs: ref, i: i32): cell {
  let kind = list_kind(xs)
  if kind == ELEM_I64 { return cell_of_i64(load64(list_at(xs, i, 8), 8)) }
  if kind == ELEM_F64 { return cell_of_f64(loadf64(list_at(xs, i, 8), 8)) }
  if kind == ELEM_REF { return cell(loadref(list_at(xs, i, 4), 8)) }
  if kind == ELEM_CELL { return loadcell(list_at(xs, i, 8), 8) }
  return cell_of_bool(load8u(list_at(xs, i, 1), 8))
}

/// A copy of xs with elements of another kind: ints become floats, anything becomes a cell; cells become what they hold, or
/// the program fails. Null stays null.
/// noinline
fun list_convert(xs: ref, kind: i32): ref {
  if xs == 0 { return xs }
  let len = load32(xs, 4)
  if list_kind(xs) == kind { return list_copy_room(xs, kind, 0) }
  let out = list_new(kind, len)
  for i in 0..len {
    let c = list_cell_at(xs, i)
    if kind == ELEM_CELL {
      if cell_is_ref(c) { share(ref(c)) }
      storecell(list_at(out, i, 8), 8, c)
    } else if kind == ELEM_F64 {
      storef64(list_at(out, i, 8), 8, cell_float(c))
    } else if kind == ELEM_I64 {
      store64(list_at(out, i, 8), 8, cell_int(c))
    } else if kind == ELEM_BOOL {
      store8(list_at(out, i, 1), 8, i32(cell_bool(c)))
    } else {
      if shr_u(i64(c), 32) != 0 { fail_cast(c, "an element of the list") }
      storeref(list_at(out, i, 4), 8, share(ref(c)))
    }
    store32(out, 4, i + 1)
  }
  return out
}

/// \`v in xs\`, by type and value: 1 and 1.0 differ. The list may be of another kind than v.
/// noinline
fun list_contains<T>(xs: ref, v: T): bool {
  if xs == 0 { return false }
  let len = load32(xs, 4)
  if list_kind(xs) == kindof(T) {
    if kindof(T) != ELEM_CELL && kindof(T) != ELEM_REF {
      for i in 0..len {
        let x: T = load(list_at(xs, i, sizeof(T)), 8)
        if x == v { return true }
      }
      return false
    }
  }
  let c = elem_cell(v)
  for i in 0..len {
    if cell_same(list_cell_at(xs, i), c) { return true }
  }
  return false
}

/// inline
fun elem_cell<T>(v: T): cell {
  if kindof(T) == ELEM_I64 {
    return cell_of_i64(v)
  } else if kindof(T) == ELEM_F64 {
    return cell_of_f64(v)
  } else if kindof(T) == ELEM_BOOL {
    return cell_of_bool(v)
  } else {
    return cell(v)
  }
}
`,"magnitude.mochi":`// Magnitudes: natural numbers of any size, as arrays of 32-bit limbs in memory, the least significant limb first.
//
// A magnitude is given by its address and its number of limbs. Nothing here allocates; results and scratch space are the
// caller's. The algorithms are those of Donald Knuth, "The Art of Computer Programming", volume 2, 3rd edition, section
// 4.3.1 (called TAOCP below), and of Richard Brent and Paul Zimmermann, "Modern Computer Arithmetic", Cambridge 2010 (MCA).

let LIMB_MASK: i64 = 0xffffffff

// From this many limbs on, products are split in three smaller ones, squares too, and quotients in two. Measured.
let KARATSUBA_LIMBS = 40
let KARATSUBA_SQUARE_LIMBS = 52
let RECURSIVE_DIVISION_LIMBS = 40

// ---- size and order

/// The number of limbs without zeros at the upper end.
fun mag_size(p: i32, n: i32): i32 {
  var k = n
  while k > 0 && load32(p + shl(k, 2), -4) == 0 { k = k - 1 }
  return k
}

/// The number of bits of a magnitude whose upper limb is not 0.
/// inline
fun mag_bits(p: i32, n: i32): i64 {
  return shl(i64(n), 5) - i64(clz(load32(p + shl(n, 2), -4)))
}

/// The order of two magnitudes without zeros at their upper ends: -1, 0 or 1.
fun mag_compare(a: i32, an: i32, b: i32, bn: i32): i32 {
  if an != bn { return if an < bn { -1 } else { 1 } }
  var i = shl(an, 2)
  while i != 0 {
    i = i - 4
    let x = load32(a + i, 0)
    let y = load32(b + i, 0)
    if x != y { return if lt_u(x, y) { -1 } else { 1 } }
  }
  return 0
}

// ---- addition and subtraction (TAOCP, algorithms A and S), two limbs at a time; the result may be where an operand is

/// r = a + b, with the limbs of a, the longer one; gives the carry.
fun mag_add(r: i32, a: i32, an: i32, b: i32, bn: i32): i32 {
  var carry = 0
  var i = 0
  let even = shl(and(bn, -2), 2)
  while i != even {
    let x = load64(a + i, 0)
    let s = x + load64(b + i, 0)
    store64(r + i, 0, s + i64_u(carry))
    // A carry arises here, or goes through.
    carry = or(i32(lt_u(s, x)), and(i32(s == -1), carry))
    i = i + 8
  }
  if and(bn, 1) != 0 {
    let t = load32u_64(a + i, 0) + load32u_64(b + i, 0) + i64_u(carry)
    store32(r + i, 0, i32(t))
    carry = i32(shr_u(t, 32))
    i = i + 4
  }
  let end = shl(an, 2)
  while carry != 0 && i != end {
    let t = load32(a + i, 0) + 1
    store32(r + i, 0, t)
    carry = i32(t == 0)
    i = i + 4
  }
  if r != a && i != end { memory_copy(r + i, a + i, end - i) }
  return carry
}

/// r = a - b, with the limbs of a, which has at least as many as b; gives the borrow.
fun mag_sub(r: i32, a: i32, an: i32, b: i32, bn: i32): i32 {
  var borrow = 0
  var i = 0
  let even = shl(and(bn, -2), 2)
  while i != even {
    let x = load64(a + i, 0)
    let y = load64(b + i, 0)
    store64(r + i, 0, x - y - i64_u(borrow))
    borrow = or(i32(lt_u(x, y)), and(i32(x == y), borrow))
    i = i + 8
  }
  if and(bn, 1) != 0 {
    let t = load32u_64(a + i, 0) - load32u_64(b + i, 0) - i64_u(borrow)
    store32(r + i, 0, i32(t))
    borrow = i32(shr_u(t, 63))
    i = i + 4
  }
  let end = shl(an, 2)
  while borrow != 0 && i != end {
    let x = load32(a + i, 0)
    store32(r + i, 0, x - 1)
    borrow = i32(x == 0)
    i = i + 4
  }
  if r != a && i != end { memory_copy(r + i, a + i, end - i) }
  return borrow
}

/// r = |a - b|, n limbs each; gives 1 if a < b.
fun mag_distance(r: i32, a: i32, an: i32, b: i32, bn: i32): i32 {
  let k = mag_size(a, an)
  let m = mag_size(b, bn)
  if mag_compare(a, k, b, m) < 0 {
    mag_sub(r, b, bn, a, k)
    if bn < an { memory_fill(r + shl(bn, 2), 0, shl(an - bn, 2)) }
    return 1
  }
  mag_sub(r, a, an, b, m)
  return 0
}

// ---- shifts by less than a limb

/// r = a * 2^s, 0 <= s < 32; gives the limb shifted out. r may be a.
fun mag_shift_left(r: i32, a: i32, n: i32, s: i64): i32 {
  var carry: i64 = 0
  var i = 0
  let end = shl(n, 2)
  while i != end {
    let t = or(shl(load32u_64(a + i, 0), s), carry)
    store32(r + i, 0, i32(t))
    carry = shr_u(t, 32)
    i = i + 4
  }
  return i32(carry)
}

/// r = a / 2^s, rounded down, 0 <= s < 32. r may be a or lie below it.
fun mag_shift_right(r: i32, a: i32, n: i32, s: i64) {
  var i = 0
  let end = shl(n - 1, 2)
  while i < end {
    store32(r + i, 0, i32(shr_u(load64(a + i, 0), s)))
    i = i + 4
  }
  if n > 0 { store32(r + i, 0, shr_u(load32(a + i, 0), i32(s))) }
}

// ---- products with one limb

/// r = a * w + carry; gives the limb beyond. r may be a.
fun mag_mul_1(r: i32, a: i32, n: i32, w: i64, carry: i64): i64 {
  var c = carry
  var i = 0
  let end = shl(n, 2)
  while i != end {
    let t = load32u_64(a + i, 0) * w + c
    store32(r + i, 0, i32(t))
    c = shr_u(t, 32)
    i = i + 4
  }
  return c
}

/// r = r + a * w; gives the limb beyond.
fun mag_add_mul_1(r: i32, a: i32, n: i32, w: i64): i64 {
  var c: i64 = 0
  var i = 0
  let end = shl(n, 2)
  while i != end {
    let t = load32u_64(a + i, 0) * w + load32u_64(r + i, 0) + c
    store32(r + i, 0, i32(t))
    c = shr_u(t, 32)
    i = i + 4
  }
  return c
}

/// r = r - a * w; gives the limb to be subtracted beyond.
fun mag_sub_mul_1(r: i32, a: i32, n: i32, w: i64): i64 {
  var c: i64 = 0
  var borrow: i64 = 0
  var i = 0
  let end = shl(n, 2)
  while i != end {
    let t = load32u_64(a + i, 0) * w + c
    let d = load32u_64(r + i, 0) - and(t, LIMB_MASK) - borrow
    store32(r + i, 0, i32(d))
    c = shr_u(t, 32)
    borrow = shr_u(d, 63)
    i = i + 4
  }
  return c + borrow
}

/// r = r + a * (v + 2^32 * w), where r has n limbs before and n + 2 behind.
fun mag_add_mul_2(r: i32, a: i32, n: i32, v: i64, w: i64) {
  var c: i64 = 0
  var d: i64 = 0
  var before: i64 = 0
  var i = 0
  let end = shl(n, 2)
  while i != end {
    let x = load32u_64(a + i, 0)
    let t = x * v + load32u_64(r + i, 0) + c
    let u = before * w + and(t, LIMB_MASK) + d
    store32(r + i, 0, i32(u))
    c = shr_u(t, 32)
    d = shr_u(u, 32)
    before = x
    i = i + 4
  }
  store64(r + i, 0, before * w + c + d)
}

// ---- products

/// r = a * b, an + bn limbs, an >= bn >= 1, as on paper (TAOCP, algorithm M), two limbs of b at a time. r lies apart.
fun mag_mul_base(r: i32, a: i32, an: i32, b: i32, bn: i32) {
  var j = 0
  let end = shl(bn, 2)
  let top = shl(an, 2)
  if and(bn, 1) != 0 {
    store32(r + top, 0, i32(mag_mul_1(r, a, an, load32u_64(b, 0), 0)))
    j = 4
  } else {
    memory_fill(r, 0, top)
  }
  while j != end {
    mag_add_mul_2(r + j, a, an, load32u_64(b + j, 0), load32u_64(b + j, 4))
    j = j + 8
  }
}

/// r = a * a, 2 n limbs: the products of different limbs once, doubled, and the squares of limbs
/// (MCA, section 1.3.6).
fun mag_square_base(r: i32, a: i32, n: i32) {
  let end = shl(n, 2)
  // The products of different limbs: limbs 1 to 2 n - 2.
  store32(r, 0, 0)
  store32(r + end, 0, i32(mag_mul_1(r + 4, a + 4, n - 1, load32u_64(a, 0), 0)))
  var i = 4
  while i != end {
    let c = mag_add_mul_1(r + shl(i, 1) + 4, a + i + 4, n - 1 - shr_u(i, 2), load32u_64(a + i, 0))
    store32(r + end + i, 0, i32(c))
    i = i + 4
  }
  var c: i64 = 0
  var high: i64 = 0
  i = 0
  while i != end {
    let x = load32u_64(a + i, 0)
    let p = load64(r + shl(i, 1), 0)
    let s = x * x
    // 2 * p + the bit shifted out of the last one, + s + carry.
    let t = or(shl(p, 1), high)
    high = shr_u(p, 63)
    let u = t + s
    let v = u + c
    c = i64(or(lt_u(u, t), lt_u(v, u)))
    store64(r + shl(i, 1), 0, v)
    i = i + 4
  }
}

/// Limbs of scratch space for the product of two magnitudes, the shorter one of n limbs.
/// inline
fun mag_mul_scratch(n: i32): i32 {
  return if n < KARATSUBA_LIMBS { 0 } else { n * 10 + 128 }
}

/// r = a * b, an + bn limbs, an >= bn >= 1; r and the scratch space t (mag_mul_scratch(bn) limbs) lie apart.
/// noinline
fun mag_mul(r: i32, a: i32, an: i32, b: i32, bn: i32, t: i32) {
  if bn < KARATSUBA_LIMBS {
    if a == b && an == bn && an > 2 {
      mag_square_base(r, a, an)
    } else {
      mag_mul_base(r, a, an, b, bn)
    }
    return
  }
  let part = shl(bn, 2)
  if a == b && an == bn {
    mag_square(r, a, an, t)
    return
  }
  mag_mul_karatsuba(r, a, b, bn, t)
  // The further limbs of a in parts of bn limbs.
  var at = bn
  while at < an {
    let m = if an - at < bn { an - at } else { bn }
    let to = r + shl(at, 2)
    if m == bn {
      mag_mul_karatsuba(t, a + shl(at, 2), b, bn, t + part + part)
    } else {
      mag_mul(t, b, bn, a + shl(at, 2), m, t + part + part)
    }
    // So far r has at + bn limbs.
    mag_add(to, t, bn + m, to, bn)
    at = at + m
  }
}

/// r = a * b for two magnitudes of n >= 4 limbs: with B = 2^(32 k), a = a1 B + a0 and b = b1 B + b0,
/// a b = a1 b1 B^2 + (a0 b0 + a1 b1 - (a0 - a1) (b0 - b1)) B + a0 b0
/// (Anatoly Karatsuba, Yuri Ofman, 1962; MCA, section 1.3.2). t: 2 n + 64 limbs.
fun mag_mul_karatsuba(r: i32, a: i32, b: i32, n: i32, t: i32) {
  if n < KARATSUBA_LIMBS {
    mag_mul_base(r, a, n, b, n)
    return
  }
  let k = shr_u(n + 1, 1)
  let part = shl(k, 2)
  let sign = xor(mag_distance(r, a, k, a + part, n - k), mag_distance(r + part, b, k, b + part, n - k))
  mag_mul_karatsuba(t, r, r + part, k, t + part + part)
  mag_mul_karatsuba(r, a, b, k, t + part + part)
  mag_mul_karatsuba(r + part + part, a + part, b + part, n - k, t + part + part)
  mag_karatsuba_join(r, n, k, t, sign)
}

/// r = a * a, as mag_mul_karatsuba.
fun mag_square(r: i32, a: i32, n: i32, t: i32) {
  if n < KARATSUBA_SQUARE_LIMBS {
    mag_square_base(r, a, n)
    return
  }
  let k = shr_u(n + 1, 1)
  let part = shl(k, 2)
  mag_distance(r, a, k, a + part, n - k)
  mag_square(t, r, k, t + part + part)
  mag_square(r, a, k, t + part + part)
  mag_square(r + part + part, a + part, n - k, t + part + part)
  mag_karatsuba_join(r, n, k, t, 0)
}

/// The last step of Karatsuba's products: r holds a0 b0 and a1 b1, t |a0 - a1| |b0 - b1|, which is to be added if \`sign\`.
fun mag_karatsuba_join(r: i32, n: i32, k: i32, t: i32, sign: i32) {
  let middle = k + k
  let high = r + shl(middle, 2)
  var c = if sign != 0 { mag_add(t, t, middle, r, middle) } else { 0 - mag_sub(t, r, middle, t, middle) }
  c = c + mag_add(t, t, middle, high, n + n - middle)
  let to = r + shl(k, 2)
  mag_add(to, to, n + n - k, t, middle)
  var p = to + shl(middle, 2)
  while c != 0 {
    let x = load32(p, 0) + c
    store32(p, 0, x)
    c = i32(lt_u(x, c))
    p = p + 4
  }
}

// ---- quotients

/// q = a / w for a limb w, given the remainder of what stands above a (less than w); gives the remainder. q may be a.
fun mag_div_1(q: i32, a: i32, n: i32, w: i64, above: i64): i64 {
  var rest = above
  var i = shl(n, 2)
  while i != 0 {
    i = i - 4
    let x = or(shl(rest, 32), load32u_64(a + i, 0))
    let d = div_u(x, w)
    store32(q + i, 0, i32(d))
    rest = x - d * w
  }
  return rest
}

/// The remainder of a / w for a limb w.
fun mag_rem_1(a: i32, n: i32, w: i64): i64 {
  var rest: i64 = 0
  var i = shl(n, 2)
  while i != 0 {
    i = i - 4
    rest = rem_u(or(shl(rest, 32), load32u_64(a + i, 0)), w)
  }
  return rest
}

/// Divides a, n + m limbs, by b, n >= 2 limbs with the highest bit set: the quotient's m limbs go to q, the remainder to the
/// lower n limbs of a, the others become 0 (TAOCP, algorithm D). Gives the quotient's limb m, 0 or 1.
fun mag_div_base(q: i32, a: i32, b: i32, n: i32, m: i32): i32 {
  let wide = shl(n, 2)
  var p = a + shl(m, 2)
  var high = 0
  if mag_compare(p, n, b, n) >= 0 {
    mag_sub(p, p, n, b, n)
    high = 1
  }
  let v1 = load32u_64(b + wide, -4)
  let v0 = load32u_64(b + wide, -8)
  var to = q + shl(m, 2)
  while p != a {
    p = p - 4
    to = to - 4
    let top = p + wide
    let u = load64(top, -4)
    var d = LIMB_MASK
    if shr_u(u, 32) != v1 { d = div_u(u, v1) }
    var rest = u - d * v1
    while shr_u(rest, 32) == 0 && gt_u(d * v0, or(shl(rest, 32), load32u_64(top, -8))) {
      d = d - 1
      rest = rest + v1
    }
    let borrow = mag_sub_mul_1(p, b, n, d)
    if lt_u(load32u_64(top, 0), borrow) {
      d = d - 1
      mag_add(p, p, n, b, n)
    }
    store32(top, 0, 0)
    store32(to, 0, i32(d))
  }
  return high
}

/// As mag_div_base for m <= n, by two quotients of half the size, each corrected by at most a few subtractions (Christoph
/// Burnikel and Joachim Ziegler, "Fast recursive division", MPI-I-98-1-022; MCA, section 1.4.3).
/// t: m + mag_mul_scratch(m / 2 + 1) limbs.
fun mag_div_recursive(q: i32, a: i32, b: i32, n: i32, m: i32, t: i32): i32 {
  if m < RECURSIVE_DIVISION_LIMBS { return mag_div_base(q, a, b, n, m) }
  let k = shr_u(m, 1)
  let part = shl(k, 2)
  // The upper half of the quotient, by the upper limbs of b; then what it takes from the lower ones.
  let high = mag_div_recursive(q + part, a + part + part, b + part, n - k, m - k, t)
  let more = mag_div_correct(q + part, m - k, a + part, b, n, k, high, t)
  mag_div_correct(q, k, a, b, n, k, mag_div_recursive(q, a + part, b + part, n - k, k, t), t)
  return more
}

/// Subtracts q * b0 from a, n limbs, where b0 is the lower k limbs of b and q has m limbs and the limb \`high\` above; while the
/// result is negative, adds b and decreases q. Gives the quotient's high limb. t: m + k limbs and scratch space.
fun mag_div_correct(q: i32, m: i32, a: i32, b: i32, n: i32, k: i32, high: i32, t: i32): i32 {
  if m >= k {
    mag_mul(t, q, m, b, k, t + shl(m + k, 2))
  } else {
    mag_mul(t, b, k, q, m, t + shl(m + k, 2))
  }
  var borrow = mag_sub(a, a, n, t, m + k)
  var top = high
  if top != 0 {
    let p = a + shl(m, 2)
    borrow = borrow + mag_sub(p, p, n - m, b, k)
  }
  while borrow != 0 {
    var p = q
    let end = q + shl(m, 2)
    while p != end {
      let x = load32(p, 0)
      store32(p, 0, x - 1)
      if x != 0 { break }
      p = p + 4
    }
    if p == end { top = top - 1 }
    borrow = borrow - mag_add(a, a, n, b, n)
  }
  return top
}

/// Limbs of scratch space for mag_div.
/// inline
fun mag_div_scratch(an: i32, bn: i32): i32 {
  let m = if an - bn < bn { an - bn + 1 } else { bn }
  return if m < RECURSIVE_DIVISION_LIMBS { an + bn + 1 } else { an + bn + 1 + m + m * 5 + 160 }
}

/// Divides a by b, 2 <= bn <= an, the highest limb of b not 0: q gets the quotient's an - bn + 1 limbs, r the remainder's bn
/// limbs. q, r and t (mag_div_scratch limbs) lie apart from each other and the operands.
/// noinline
fun mag_div(q: i32, r: i32, a: i32, an: i32, b: i32, bn: i32, t: i32) {
  let s = i64(clz(load32(b + shl(bn, 2), -4)))
  let v = t + shl(an + 1, 2)
  let scratch = v + shl(bn, 2)
  store32(t + shl(an, 2), 0, mag_shift_left(t, a, an, s))
  mag_shift_left(v, b, bn, s)
  // From the top in pieces of bn limbs, the first one shorter (MCA, section 1.4.3). The highest bn limbs are less than b.
  var m = an - bn + 1
  if m < RECURSIVE_DIVISION_LIMBS || bn < RECURSIVE_DIVISION_LIMBS {
    mag_div_base(q, t, v, bn, m)
  } else {
    while m > 0 {
      let piece = if rem_u(m, bn) == 0 { bn } else { rem_u(m, bn) }
      m = m - piece
      mag_div_recursive(q + shl(m, 2), t + shl(m, 2), v, bn, piece, scratch)
    }
  }
  mag_shift_right(r, t, bn, s)
}
`,"map.mochi":`// Maps: hash tables that keep the order of insertion in an array of entries, with an index table of entry numbers beside it
// (Raymond Hettinger, "More compact dictionaries with faster iteration", python-dev, December 2012). The language has no way to
// delete a key, so there are no tombstones. The index table is searched by linear probing and is at most half full; maps of
// up to 8 entries have none and are searched from the first entry on.
//
// MAP object, 32 bytes: +4 entries in use   +8 index table (RAWS of i32: 0 free, else entry number + 1; 0 if none)
//   +12 entries (RAWS or ENTRIES, from +8)  +16 64 less the base-2 logarithm of the index table's length
//   +20 entries there is room for  +24 list of the keys in sorted order (0 if not known)  +28 unused
// An entry has 16 bytes: string keys +0 key, +4 its hash; int keys +0 key; both +8 the value.

let SMALL_MAP = 8
let ENTRY_BYTES = 16
// 2^64 divided by the golden ratio: multiplicative hashing (Knuth, "The Art of Computer Programming", volume 3, section 6.4).
let GOLDEN: i64 = -7046029254386353131

/// A new empty map. Key kinds: 0 string, 1 int.
/// noinline
fun map_new(keyKind: i32, valueKind: i32): ref {
  let m = alloc(32, or(KIND_MAP, or(shl(valueKind, 8), shl(keyKind, 12))))
  store32(m, 4, 0)
  store64(m, 8, 0)
  store64(m, 16, 0)
  store64(m, 24, 0)
  return m
}

/// inline
fun map_len(m: ref): i64 {
  return load32u_64(m, 4)
}

/// inline
fun map_slot_i64(k: i64, shift: i32): i32 {
  return i32(shr_u(k * GOLDEN, i64_u(shift)))
}

/// inline
fun map_slot_hash(h: i32, shift: i32): i32 {
  return i32(shr_u(i64_u(h) * GOLDEN, i64_u(shift)))
}

/// The address of the value of an int key; 0 if the map (which may be null) has no such key.
/// noinline
fun map_find_i64(m: ref, k: i64): i32 {
  let count = load32(m, 4)
  if count == 0 { return 0 }
  let entries = load32(m, 12) + 8
  let table = load32(m, 8)
  if table == 0 {
    var e = entries
    let end = entries + count * ENTRY_BYTES
    while e != end {
      if load64(e, 0) == k { return e + 8 }
      e = e + ENTRY_BYTES
    }
    return 0
  }
  let mask = load32(table, 4) - 4
  var at = map_slot_i64(k, load32(m, 16)) * 4
  while true {
    let number = load32(table + at, 8)
    if number == 0 { return 0 }
    let e = entries + (number - 1) * ENTRY_BYTES
    if load64(e, 0) == k { return e + 8 }
    at = and(at + 4, mask)
  }
  return 0
}

/// The address of the value of a string key; 0 if the map (which may be null) has no such key. No map has the key null.
/// noinline
fun map_find_str(m: ref, k: ref): i32 {
  let count = load32(m, 4)
  if count == 0 || k == 0 { return 0 }
  let entries = load32(m, 12) + 8
  let table = load32(m, 8)
  let hash = map_hash(k)
  if table == 0 {
    var e = entries
    let end = entries + count * ENTRY_BYTES
    while e != end {
      if load32(e, 4) == hash {
        if map_key_is(e, k) { return e + 8 }
      }
      e = e + ENTRY_BYTES
    }
    return 0
  }
  let mask = load32(table, 4) - 4
  var at = map_slot_hash(hash, load32(m, 16)) * 4
  while true {
    let number = load32(table + at, 8)
    if number == 0 { return 0 }
    let e = entries + (number - 1) * ENTRY_BYTES
    if load32(e, 4) == hash {
      if map_key_is(e, k) { return e + 8 }
    }
    at = and(at + 4, mask)
  }
  return 0
}

/// The hash of a key, cached in the string.
/// inline
fun map_hash(k: ref): i32 {
  let h = load32(k, 20)
  if h != 0 { return h }
  return str_hash(k)
}

/// inline
fun map_key_is(e: i32, k: ref): bool {
  return load32(e, 0) == i32(k) || str_eq(loadref(e, 0), k)
}

/// The address of the value of an int key, which is inserted with the value 0 (null, false) if the map does not have it.
/// The address is good until the next allocation.
/// noinline
fun map_put_i64(m: ref, k: i64): i32 {
  let found = map_find_i64(m, k)
  if found != 0 { return found }
  let e = map_insert(m)
  store64(e, 0, k)
  let table = load32(m, 8)
  if table != 0 { map_link(table, map_slot_i64(k, load32(m, 16)), load32(m, 4)) }
  return e + 8
}

/// As map_put_i64, for a string key.
/// noinline
fun map_put_str(m: ref, k: ref): i32 {
  if k == 0 { fail_null("map key") }
  let found = map_find_str(m, k)
  if found != 0 { return found }
  let hash = map_hash(k)
  let e = map_insert(m)
  storeref(e, 0, k)
  store32(e, 4, hash)
  let table = load32(m, 8)
  if table != 0 { map_link(table, map_slot_hash(hash, load32(m, 16)), load32(m, 4)) }
  return e + 8
}

/// A new entry with a zero value, not in the index table yet.
fun map_insert(m: ref): i32 {
  if m == 0 { fail_null("map") }
  let count = load32(m, 4)
  if count == load32(m, 20) { map_grow(m) }
  store32(m, 4, count + 1)
  store32(m, 24, 0)
  let e = load32(m, 12) + 8 + count * ENTRY_BYTES
  store64(e, 8, 0)
  return e
}

/// Puts entry number - 1 into the first free place of the index table from \`slot\` on.
fun map_link(table: i32, slot: i32, number: i32) {
  let mask = load32(table, 4) - 4
  var at = slot * 4
  while load32(table + at, 8) != 0 { at = and(at + 4, mask) }
  store32(table + at, 8, number)
}

/// Doubles the room for entries and makes an index table of twice that length, if it is needed.
/// noinline
fun map_grow(m: ref) {
  let count = load32(m, 4)
  let room = if count == 0 { 4 } else { count + count }
  if room > 0x4000000 { fail("out of memory") }
  var kind = KIND_ENTRIES
  if load8u(m, 1) == or(0x10, ELEM_I64) || load8u(m, 1) == or(0x10, ELEM_F64) || load8u(m, 1) == or(0x10, ELEM_BOOL) {
    kind = KIND_RAWS
  }
  // Element and key kind tell the collector which parts of an entry are references.
  let header = or(shl(load8u(m, 1), 8), kind)
  let bytes = room * ENTRY_BYTES
  let used = count * ENTRY_BYTES
  let old = loadref(m, 12)
  var entries = old
  if count == 0 || !extend_in_place(old, bytes + 8) {
    entries = alloc_any(bytes + 8, header)
    if count != 0 { memory_copy(i32(entries) + 8, i32(old) + 8, used) }
    storeref(m, 12, entries)
  }
  store32(entries, 4, bytes)
  zero(i32(entries) + 8 + used, bytes - used)
  store32(m, 20, room)
  if room > SMALL_MAP {
    let table = alloc_zero(room * 8 + 8, KIND_RAWS)
    store32(table, 4, room * 8)
    // Not through \`entries\`: the allocation above may have been a collection, the entries are the map's.
    store32(m, 16, 63 - ctz(room))
    storeref(m, 8, table)
    map_link_all(m, i32(table), count)
  }
}

fun map_link_all(m: ref, table: i32, count: i32) {
  let shift = load32(m, 16)
  var e = load32(m, 12) + 8
  if and(load8u(m, 1), 0x10) != 0 {
    for i in 0..count {
      map_link(table, map_slot_i64(load64(e, 0), shift), i + 1)
      e = e + ENTRY_BYTES
    }
  } else {
    for i in 0..count {
      map_link(table, map_slot_hash(load32(e, 4), shift), i + 1)
      e = e + ENTRY_BYTES
    }
  }
}

/// The keys in textual order as a list of strings or ints, which the caller does not modify: it is kept until a key is added.
/// noinline
fun map_keys(m: ref): ref {
  if m == 0 { return list_new(ELEM_REF, 0) }
  let known = loadref(m, 24)
  if known != 0 { return known }
  let keys = map_sorted_keys(m)
  storeref(m, 24, keys)
  return share(keys)
}

fun map_sorted_keys(m: ref): ref {
  let count = load32(m, 4)
  let int_keys = and(load8u(m, 1), 0x10) != 0
  let keys = list_new(if int_keys { ELEM_I64 } else { ELEM_REF }, count)
  store32(keys, 4, count)
  if count == 0 { return keys }
  var to = load32(keys, 12) + 8
  var e = load32(m, 12) + 8
  let size = if int_keys { 8 } else { 4 }
  for i in 0..count {
    copy_elem(to, e, size)
    to = to + size
    e = e + ENTRY_BYTES
  }
  if int_keys { return list_sort_with<i64>(keys, keys, SORT_INT_TEXT) }
  return list_sort_with<ref>(keys, keys, SORT_STRING)
}

/// The values in the order of the sorted keys: a new list of the map's value kind.
/// noinline
fun map_values(m: ref): ref {
  if m == 0 { return list_new(ELEM_CELL, 0) }
  let keys = map_keys(m)
  let count = load32(keys, 4)
  let kind = and(load8u(m, 1), 15)
  let out = list_new(kind, count)
  let size = elem_size(kind)
  let int_keys = and(load8u(m, 1), 0x10) != 0
  for i in 0..count {
    var value = 0
    if int_keys {
      value = map_find_i64(m, load64(list_at(keys, i, 8), 8))
    } else {
      value = map_find_str(m, loadref(list_at(keys, i, 4), 8))
    }
    copy_elem(list_at(out, i, size) + 8, value, size)
  }
  store32(out, 4, count)
  if kind >= ELEM_REF { share_elems(load32(out, 12) + 8, count, kind) }
  return out
}

/// Key number i in the order of insertion (0 <= i < map_len) as a cell.
fun map_key_at(m: ref, i: i32): cell {
  let e = load32(m, 12) + 8 + i * ENTRY_BYTES
  if and(load8u(m, 1), 0x10) != 0 { return cell_of_i64(load64(e, 0)) }
  return cell(loadref(e, 0))
}

/// Value number i in the order of insertion as a cell.
fun map_value_at(m: ref, i: i32): cell {
  return map_value_cell(m, load32(m, 12) + 16 + i * ENTRY_BYTES)
}

/// The value at an address that map_find_* or map_put_* gave (not 0), as a cell.
fun map_value_cell(m: ref, address: i32): cell {
  let kind = and(load8u(m, 1), 15)
  if kind == ELEM_I64 { return cell_of_i64(load64(address, 0)) }
  if kind == ELEM_F64 { return cell_of_f64(loadf64(address, 0)) }
  if kind == ELEM_REF { return cell(loadref(address, 0)) }
  if kind == ELEM_CELL { return loadcell(address, 0) }
  return cell_of_bool(load8u(address, 0))
}
`,"memory.mochi":`// Memory: the allocator and the precise, non-moving mark-sweep collector.
//
// Small objects (up to 8 KB) live in 64 KB blocks of one size class each; large ones in chunks of whole kilobytes. Size
// classes are eight steps of 8 bytes and then four to a doubling (the mapping of TLSF: Masmano, Ripoll, Crespo, Real,
// "TLSF: a new dynamic memory allocator for real-time systems", ECRTS 2004). A block is allocated by bumping a pointer
// through runs of free objects, which a lazy sweep finds in the block's mark bitmap (Jones, Hosking, Moss, "The Garbage
// Collection Handbook", 2nd edition, sections 2.5 and 7.4). Everything between \`heap_low\` and \`heap_top\` is a sequence of
// chunks that begin with their size, so one linear walk after marking rebuilds the free lists and joins neighbours.
//
// Chunk header:  +0 size in bytes   +4 state
//   large object:  +8 mark   +16 the object
//   free:          +8 next in its bin
//   block:         +8 object size  +12 class  +16 objects  +20 next to sweep  +32 mark bitmap (1 KB)  +1056 objects

let KIND_STRING = 1
let KIND_BUFFER = 2
let KIND_REFS = 3
let KIND_CELLS = 4
let KIND_LIST = 5
let KIND_MAP = 6
let KIND_STRUCT = 7
let KIND_CLOSURE = 8
let KIND_BOX = 9
let KIND_BIGINT = 10
let KIND_INT64 = 11
let KIND_RAWS = 12
// The entries of a map when keys or values are references: +4 capacity in bytes, entries of 16 bytes from +8.
let KIND_ENTRIES = 13
let KIND_BIGRAT = 14

let ELEM_BOOL = 0
let ELEM_I64 = 1
let ELEM_F64 = 2
let ELEM_REF = 3
let ELEM_CELL = 4

// Header bit 14: the object is a chunk of its own.
let LARGE_BIT = 0x4000
let MAX_SMALL = 8192
let BLOCK_BYTES = 65536
let BLOCK_MARKS = 32
let BLOCK_FIRST = 1056
let GRANULE = 1024
// The smallest free chunk that any request can use.
let MIN_CHUNK = 9216

let CLASSES = 36
let BINS = 84
let FIRST_MARKS = 4096

let STATE_BLOCK = 1
let STATE_LARGE = 2
let STATE_FREE = 3
// Memory of the run-time library itself: kept as it is by every collection.
let STATE_SYSTEM = 4

// The least number of bytes allocated between two collections.
let MIN_LIMIT = 0x400000
// A buffer is traced in pieces of this many bytes, which bounds the mark stack.
let TRACE_PIECE = 1024

var heap_low: i32 = 0
var heap_top: i32 = 0
var memory_end: i32 = 0
// Bytes handed to the allocator since the last collection, and the number of them that starts the next one.
var since: i32 = 0
var limit: i32 = 0x400000
var gc_count: i32 = 0
var gc_live: i32 = 0

var mark_base: i32 = 0
var mark_top: i32 = 0
var mark_end: i32 = 0
var mark_overflow: i32 = 0
// The mark stack does not grow beyond this many bytes (tests set it low to exercise the overflow).
var mark_max: i32 = 0x40000000

// ---- tables in static memory

/// For each class the next free address and the end of its current run.
/// inline
fun class_runs(): i32 {
  return static_area("class runs", CLASSES * 8)
}

/// For each class the block that is being filled, the scan offset in it, and the first and last of the blocks to sweep.
/// inline
fun class_queues(): i32 {
  return static_area("class queues", CLASSES * 16)
}

/// The first free chunk of each bin.
/// inline
fun free_bins(): i32 {
  return static_area("free bins", BINS * 4)
}

/// The mark stack while it is small.
/// inline
fun first_marks(): i32 {
  return static_area("mark stack", FIRST_MARKS)
}

// ---- size classes

/// inline
fun class_of(size: i32): i32 {
  let t = size - 1
  let k = 31 - clz(or(t, 32))
  return (k - 5) * 4 + shr_u(t, k - 2)
}

/// inline
fun class_size(c: i32): i32 {
  if c < 8 { return (c + 1) * 8 }
  return shl(and(c, 3) + 5, shr_u(c, 2) + 2)
}

// ---- allocation

/// A new object with its header; the rest of it is not initialised: the caller stores every field before it allocates again.
/// Meant for constant sizes: the class then folds to a constant. Other sizes: \`alloc_any\`.
/// inline
fun alloc(size: i32, header: i32): ref {
  if size > MAX_SMALL {
    return alloc_large(size, header)
  } else {
    let t = size - 1
    let k = 31 - clz(or(t, 32))
    let slot = class_runs() + ((k - 5) * 4 + shr_u(t, k - 2)) * 8
    let p = load32(slot, 0)
    let q = p + (or(t, shl(1, k - 2) - 1) + 1)
    if le_u(q, load32(slot, 4)) {
      store32(slot, 0, q)
      store32(p, 0, header)
      return ref(p)
    }
    return alloc_slow(size, header)
  }
}

/// \`alloc\` for a size that is not constant. Fails with "out of memory" for negative sizes (2 GB and more).
/// noinline
fun alloc_any(size: i32, header: i32): ref {
  if gt_u(size, MAX_SMALL) { return alloc_large(size, header) }
  return alloc(size, header)
}

/// A new object whose bytes after the header are zero.
/// noinline
fun alloc_zero(size: i32, header: i32): ref {
  let p = alloc_any(size, header)
  zero(p + 4, size - 4)
  return p
}

/// Zeroes \`bytes\` bytes (a multiple of 4) at \`address\`.
fun zero(address: i32, bytes: i32) {
  if gt_u(bytes, 128) {
    memory_fill(address, 0, bytes)
  } else {
    var p = address
    let end = address + bytes
    while p != end {
      store32(p, 0, 0)
      p = p + 4
    }
  }
}

/// noinline
fun alloc_slow(size: i32, header: i32): ref {
  let c = class_of(size)
  let slot = class_runs() + c * 8
  collect_if_due()
  if !refill(c) {
    collect()
    if !refill(c) { fail("out of memory") }
  }
  let p = load32(slot, 0)
  let q = p + class_size(c)
  store32(slot, 0, q)
  if gc_stress() != 0 { store32(slot, 4, q) }
  store32(p, 0, header)
  return ref(p)
}

/// noinline
fun alloc_large(size: i32, header: i32): ref {
  if gt_u(size, 0x7FFF0000) { fail("out of memory") }
  let need = large_chunk_size(size)
  collect_if_due()
  var a = take_chunk(need)
  if a == 0 {
    collect()
    a = take_chunk(need)
    if a == 0 { fail("out of memory") }
  }
  since = since + need
  store32(a, 4, STATE_LARGE)
  store32(a, 8, 0)
  store32(a, 16, or(header, LARGE_BIT))
  return ref(a + 16)
}

/// inline
fun large_chunk_size(size: i32): i32 {
  return and(size + 16 + GRANULE - 1, -GRANULE)
}

/// inline
fun collect_if_due() {
  if gc_stress() != 0 {
    collect()
  } else if gt_u(since, limit) {
    collect()
  }
}

/// Makes the object at \`o\` \`size\` bytes long without moving it, when it is large and the last thing in the heap.
/// Its new bytes are not initialised.
fun extend_in_place(o: ref, size: i32): bool {
  if and(load32(o, 0), LARGE_BIT) == 0 { return false }
  if gt_u(size, 0x7FFF0000) { return false }
  let a = o - 16
  let old = load32(a, 0)
  let need = large_chunk_size(size)
  if le_u(need, old) { return true }
  if a + old != heap_top { return false }
  if !wilderness(a, need) { return false }
  store32(a, 0, need)
  heap_top = a + need
  since = since + (need - old)
  return true
}

/// The number of bytes that a request of \`size\` bytes really gets.
fun usable_size(size: i32): i32 {
  if gt_u(size, MAX_SMALL) { return large_chunk_size(size) - 16 }
  return class_size(class_of(size))
}

// ---- chunks

/// Sets the current run of class \`c\` to the next run of free objects; false when memory is exhausted.
fun refill(c: i32): bool {
  let slot = class_runs() + c * 8
  let queue = class_queues() + c * 16
  while true {
    let b = load32(queue, 0)
    if b != 0 {
      if next_run(b, queue, slot) { return true }
    }
    let next = load32(queue, 8)
    if next == 0 {
      store32(queue, 0, 0)
      break
    }
    store32(queue, 8, load32(next, 20))
    store32(queue, 0, next)
    store32(queue, 4, BLOCK_FIRST)
  }
  let a = take_block()
  if a == 0 { return false }
  let size = class_size(c)
  let count = div_u(BLOCK_BYTES - BLOCK_FIRST, size)
  store32(a, 4, STATE_BLOCK)
  store32(a, 8, size)
  store32(a, 12, c)
  store32(a, 16, count)
  store32(a, 20, 0)
  memory_fill(a + BLOCK_MARKS, 0, BLOCK_FIRST - BLOCK_MARKS)
  let bytes = count * size
  store32(slot, 0, a + BLOCK_FIRST)
  store32(slot, 4, a + BLOCK_FIRST + bytes)
  since = since + bytes
  return true
}

/// The address of the word of the mark bitmap that holds the bit of the small object \`o\`, less BLOCK_MARKS.
/// inline
fun mark_word(o: i32): i32 {
  return and(o, -65536) + and(shr_u(o, 6), 0x3FC)
}

/// inline
fun is_marked(o: i32): bool {
  return and(shr_u(load32(mark_word(o), 32), shr_u(o, 3)), 1) != 0
}

fun next_run(b: i32, queue: i32, slot: i32): bool {
  let size = load32(b, 8)
  let end = b + BLOCK_FIRST + load32(b, 16) * size
  var o = b + load32(queue, 4)
  while o != end && is_marked(o) { o = o + size }
  if o == end { return false }
  let start = o
  while o != end && !is_marked(o) { o = o + size }
  store32(slot, 0, start)
  store32(slot, 4, o)
  store32(queue, 4, o - b)
  since = since + (o - start)
  return true
}

/// Writes the header of a free chunk and puts it into its bin.
fun free_chunk(a: i32, size: i32) {
  store32(a, 0, size)
  store32(a, 4, STATE_FREE)
  if ge_u(size, MIN_CHUNK) {
    let bin = free_bins() + class_of(shr_u(size, 7)) * 4
    store32(a, 8, load32(bin, 0))
    store32(bin, 0, a)
  }
}

/// A chunk of exactly \`need\` bytes (a multiple of GRANULE) whose state the caller sets; 0 when memory is exhausted.
/// Bins hold sizes up to their class's size, so that any chunk of a later bin is large enough.
fun take_chunk(need: i32): i32 {
  var bin = free_bins() + class_of(shr_u(need, 7)) * 4
  let end = free_bins() + BINS * 4
  while bin != end {
    var prev = bin - 8
    var tries = 16
    while tries != 0 {
      let a = load32(prev, 8)
      if a == 0 { break }
      let size = load32(a, 0)
      if ge_u(size, need) {
        store32(prev, 8, load32(a, 8))
        if size != need {
          free_chunk(a + need, size - need)
          store32(a, 0, need)
        }
        return a
      }
      prev = a
      tries = tries - 1
    }
    bin = bin + 4
  }
  heap_start()
  let a = heap_top
  if !wilderness(a, need) { return 0 }
  heap_top = a + need
  store32(a, 0, need)
  return a
}

/// A chunk of 64 KB at a multiple of 64 KB; 0 when memory is exhausted.
fun take_block(): i32 {
  var bin = free_bins() + class_of(512) * 4
  let end = free_bins() + BINS * 4
  while bin != end {
    var prev = bin - 8
    var tries = 16
    while tries != 0 {
      let a = load32(prev, 8)
      if a == 0 { break }
      let size = load32(a, 0)
      let front = and(0 - a, 65535)
      if ge_u(size, front + BLOCK_BYTES) {
        store32(prev, 8, load32(a, 8))
        let b = a + front
        if front != 0 { free_chunk(a, front) }
        let back = size - front - BLOCK_BYTES
        if back != 0 { free_chunk(b + BLOCK_BYTES, back) }
        store32(b, 0, BLOCK_BYTES)
        return b
      }
      prev = a
      tries = tries - 1
    }
    bin = bin + 4
  }
  heap_start()
  let a = heap_top
  let front = and(0 - a, 65535)
  if !wilderness(a, front + BLOCK_BYTES) { return 0 }
  if front != 0 { free_chunk(a, front) }
  let b = a + front
  heap_top = b + BLOCK_BYTES
  store32(b, 0, BLOCK_BYTES)
  return b
}

/// inline
fun heap_start() {
  if heap_top == 0 {
    heap_low = and(heap_base() + 65535, -65536)
    heap_top = heap_low
    memory_end = shl(memory_size(), 16)
  }
}

/// Grows the memory, if it must, to hold \`bytes\` bytes from \`a\` on. It grows by an eighth, at least 1 MB, at a time.
fun wilderness(a: i32, bytes: i32): bool {
  let end = a + bytes
  if lt_u(end, a) { return false }
  if le_u(end, memory_end) { return true }
  let pages = shr_u(end - memory_end + 65535, 16)
  var step = shr_u(memory_end, 19)
  if step < 16 { step = 16 }
  if step < pages { step = pages }
  // The last page stays unused: no address in the heap is near 2^32.
  if memory_size() + pages > 65535 { return false }
  if memory_size() + step > 65535 { step = pages }
  if memory_grow(step) == -1 {
    step = pages
    if memory_grow(step) == -1 { return false }
  }
  memory_end = memory_end + shl(step, 16)
  return true
}

/// Memory for the run-time library's own use: never collected, never freed, not initialised; 0 when there is none.
fun system_alloc(bytes: i32): i32 {
  let a = take_chunk(large_chunk_size(bytes))
  if a == 0 { return 0 }
  store32(a, 4, STATE_SYSTEM)
  return a + 16
}

// ---- marking

/// The compiler replaces this by a function that calls \`mark_ref\` or \`mark_cell\` for each global variable that holds one.
/// noinline
fun mark_globals() {
  return
}

/// Marks an object; its parts are marked now when there is only one, else put on the mark stack. 0 and static objects are ignored.
fun mark_ref(x: ref) {
  var o = i32(x)
  while ge_u(o, heap_base()) {
    let h = load32(o, 0)
    if and(h, LARGE_BIT) != 0 {
      if load32(o - 8, 0) != 0 { return }
      store32(o - 8, 0, 1)
    } else {
      let w = mark_word(o)
      let m = load32(w, 32)
      let bit = shl(1, shr_u(o, 3))
      if and(m, bit) != 0 { return }
      store32(w, 32, or(m, bit))
    }
    let kind = and(h, 255)
    if kind == KIND_STRING {
      o = load32(o, 16)
    } else if kind == KIND_LIST {
      o = load32(o, 12)
    } else {
      // Untraced: BUFFER (2), BIGINT (10), INT64 (11), RAWS (12).
      if and(shr_u(0x1C04, kind), 1) == 0 { mark_push(o) }
      return
    }
  }
}

fun mark_cell(c: cell) {
  let v = i64(c)
  if shr_u(v, 32) == 0 { mark_ref(ref(i32(v))) }
}

/// inline
fun mark_push(o: i32) {
  if mark_top != mark_end || mark_room() {
    store32(mark_top, 0, o)
    mark_top = mark_top + 4
  }
}

/// Doubles the mark stack. When that is impossible, notes the overflow: marked objects then have parts that are not.
/// noinline
fun mark_room(): bool {
  let bytes = mark_top - mark_base
  if ge_u(bytes + bytes, mark_max) {
    mark_overflow = 1
    return false
  }
  let a = system_alloc(bytes + bytes)
  if a == 0 {
    mark_overflow = 1
    return false
  }
  memory_copy(a, mark_base, bytes)
  mark_release()
  mark_base = a
  mark_top = a + bytes
  mark_end = a + bytes + bytes
  return true
}

/// Gives back the mark stack's memory, unless it is the first one, in the static area.
fun mark_release() {
  if mark_base != first_marks() { store32(mark_base - 16, 4, STATE_FREE) }
}

/// Traces what is on the mark stack until it is empty.
fun drain() {
  while mark_top != mark_base {
    mark_top = mark_top - 4
    let v = load32(mark_top, 0)
    if and(v, 1) != 0 {
      mark_top = mark_top - 4
      trace_buffer(v - 1, load32(mark_top, 0))
    } else {
      trace(v)
    }
  }
}

/// Marks the parts of an object.
fun trace(o: i32) {
  let h = load32(o, 0)
  let kind = and(h, 255)
  if kind == KIND_STRUCT || kind == KIND_CLOSURE {
    let d = load32(type_table() + shl(shr_u(h, 16), 2), 0)
    var f = d
    let end = d + load32(d, 8) * 12
    while f != end {
      let elem = load32(f, 24)
      if elem == ELEM_REF {
        mark_ref(loadref(o + load32(f, 20), 0))
      } else if elem == ELEM_CELL {
        mark_cell(loadcell(o + load32(f, 20), 0))
      }
      f = f + 12
    }
  } else if kind == KIND_REFS || kind == KIND_CELLS || kind == KIND_ENTRIES {
    trace_buffer(o, 8)
  } else if kind == KIND_MAP {
    mark_ref(loadref(o, 8))
    mark_ref(loadref(o, 12))
    mark_ref(loadref(o, 24))
  } else if kind == KIND_BOX {
    let elem = and(shr_u(h, 8), 15)
    if elem == ELEM_REF {
      mark_ref(loadref(o, 8))
    } else if elem == ELEM_CELL {
      mark_cell(loadcell(o, 8))
    }
  } else if big_rats() != 0 && kind == KIND_BIGRAT {
    mark_cell(loadcell(o, 8))
    mark_cell(loadcell(o, 16))
  } else if kind == KIND_STRING {
    mark_ref(loadref(o, 16))
  } else if kind == KIND_LIST {
    mark_ref(loadref(o, 12))
  }
}

/// Marks the elements of a buffer from offset \`start\` on: some now, the rest after what they refer to.
fun trace_buffer(o: i32, start: i32) {
  let h = load32(o, 0)
  var p = o + start
  var end = o + 8 + load32(o, 4)
  if gt_u(end - p, TRACE_PIECE) {
    if mark_top == mark_end {
      if !mark_room() { return }
    }
    if mark_top + 4 == mark_end {
      if !mark_room() { return }
    }
    end = p + TRACE_PIECE
    store32(mark_top, 0, end - o)
    store32(mark_top, 4, o + 1)
    mark_top = mark_top + 8
  }
  let kind = and(h, 255)
  if kind == KIND_REFS {
    while p != end {
      let x = load32(p, 0)
      if ge_u(x, heap_base()) { mark_ref(ref(x)) }
      p = p + 4
    }
  } else if kind == KIND_CELLS {
    while p != end {
      mark_cell(loadcell(p, 0))
      p = p + 8
    }
  } else {
    let elem = and(shr_u(h, 8), 15)
    let int_keys = and(shr_u(h, 12), 3)
    while p != end {
      if int_keys == 0 { mark_ref(loadref(p, 0)) }
      if elem == ELEM_REF {
        mark_ref(loadref(p, 8))
      } else if elem == ELEM_CELL {
        mark_cell(loadcell(p, 8))
      }
      p = p + 16
    }
  }
}

/// After an overflow: traces every marked object once more.
fun retrace() {
  var a = heap_low
  while a != heap_top {
    let state = load32(a, 4)
    if state == STATE_LARGE {
      if load32(a, 8) != 0 {
        trace(a + 16)
        drain()
      }
    } else if state == STATE_BLOCK {
      let size = load32(a, 8)
      var o = a + BLOCK_FIRST
      let end = o + load32(a, 16) * size
      while o != end {
        if is_marked(o) {
          trace(o)
          drain()
        }
        o = o + size
      }
    }
    a = a + load32(a, 0)
  }
}

// ---- collection

/// Frees every object that the shadow stack, the globals and what they refer to do not reach.
/// noinline
fun collect() {
  gc_count = gc_count + 1
  heap_start()
  clear_marks()
  // Ends all runs; forgets what was still to be swept.
  memory_fill(class_runs(), 0, CLASSES * 8)
  memory_fill(class_queues(), 0, CLASSES * 16)
  mark_base = first_marks()
  mark_top = mark_base
  mark_end = mark_base + FIRST_MARKS
  mark_overflow = 0
  var p = stack_pointer()
  while p != stack_base() {
    let v = load64(p, 0)
    if shr_u(v, 32) == 0 {
      mark_ref(ref(i32(v)))
      if mark_top != mark_base { drain() }
    }
    p = p + 8
  }
  drain()
  while mark_overflow != 0 {
    mark_overflow = 0
    retrace()
  }
  mark_release()
  sweep()
}

fun clear_marks() {
  var a = heap_low
  while a != heap_top {
    let state = load32(a, 4)
    if state == STATE_BLOCK {
      memory_fill(a + BLOCK_MARKS, 0, BLOCK_FIRST - BLOCK_MARKS)
    } else if state == STATE_LARGE {
      store32(a, 8, 0)
    }
    a = a + load32(a, 0)
  }
}

/// Number of marked objects in a block.
fun count_marks(a: i32): i32 {
  var n: i64 = 0
  var p = a
  let end = a + BLOCK_FIRST - BLOCK_MARKS
  while p != end {
    let w = load64(p, 32)
    if w != 0 { n = n + popcnt(w) }
    p = p + 8
  }
  return i32(n)
}

/// Walks the heap: queues blocks with room for the lazy sweep, joins free neighbours, fills the bins, lowers the heap's top.
fun sweep() {
  memory_fill(free_bins(), 0, BINS * 4)
  var live = 0
  var free = 0
  var a = heap_low
  while a != heap_top {
    let size = load32(a, 0)
    let state = load32(a, 4)
    var dead = state == STATE_FREE
    if state == STATE_BLOCK {
      let n = count_marks(a)
      if n == 0 {
        dead = true
      } else {
        live = live + n * load32(a, 8)
        if n != load32(a, 16) { queue_block(a) }
      }
    } else if state == STATE_LARGE {
      if load32(a, 8) == 0 {
        dead = true
      } else {
        live = live + size
      }
    }
    if dead {
      if free == 0 { free = a }
    } else if free != 0 {
      free_chunk(free, a - free)
      free = 0
    }
    a = a + size
  }
  if free != 0 { heap_top = free }
  gc_live = live
  since = 0
  limit = MIN_LIMIT
  if gt_u(live, MIN_LIMIT) { limit = live }
}

/// Puts a block at the end of its class's queue, so that the lowest addresses are filled first.
fun queue_block(a: i32) {
  let queue = class_queues() + load32(a, 12) * 16
  store32(a, 20, 0)
  let last = load32(queue, 12)
  if last == 0 {
    store32(queue, 8, a)
  } else {
    store32(last, 20, a)
  }
  store32(queue, 12, a)
}
`,"mulrem.mochi":`// Products that are reduced at once: exact in 128 bits, without big integers.

/// (a * b) % m.
/// inline
fun int_mul_rem(a: i64, b: i64, m: i64): i64 {
  if shr_u(or(a + 2147483648, b + 2147483648), 32) == 0 && m != 0 { return a * b % m }
  return int_mul_add_rem_slow(a, b, 0, m)
}

/// (a * b + c) % m. A product of two numbers of 32 bits has 63 bits, and a summand of 63 bits leaves it in 64.
/// inline
fun int_mul_add_rem(a: i64, b: i64, c: i64, m: i64): i64 {
  if or(shr_u(or(a + 2147483648, b + 2147483648), 32), shr_u(c + 4611686018427387904, 63)) == 0 && m != 0 {
    return (a * b + c) % m
  }
  return int_mul_add_rem_slow(a, b, c, m)
}

/// The product and sum as 128 bits in two's complement, then the remainder of its size; it has the sign of the sum.
/// noinline
fun int_mul_add_rem_slow(a: i64, b: i64, c: i64, m: i64): i64 {
  if m == 0 { fail_div() }
  let low_mask: i64 = 4294967295
  let al = and(a, low_mask)
  let ah = shr_s(a, 32)
  let bl = and(b, low_mask)
  let bh = shr_s(b, 32)
  // Hacker's Delight, 8-2: the high half of a signed product.
  let p0 = al * bl
  let t = ah * bl + shr_u(p0, 32)
  let w1 = and(t, low_mask) + al * bh
  var high = ah * bh + shr_s(t, 32) + shr_s(w1, 32)
  var low = a * b
  let sum = low + c
  high = high + shr_s(c, 63) + i64(lt_u(sum, low))
  low = sum
  let negative = high < 0
  if negative {
    high = not(high) + i64(low == 0)
    low = 0 - low
  }
  let d = if m < 0 { 0 - m } else { m }
  let rest = if high == 0 { rem_u(low, d) } else { wide_rem(rem_u(high, d), low, d) }
  return if negative { 0 - rest } else { rest }
}

/// The remainder of high * 2^64 + low by d, all unsigned, high < d. Hacker's Delight, 9-4: two steps of Knuth's algorithm D
/// in base 2^32, of which only the remainder is kept.
fun wide_rem(high: i64, low: i64, d: i64): i64 {
  let shift = clz(d)
  let v = shl(d, shift)
  var first = high
  if shift != 0 { first = or(shl(high, shift), shr_u(low, 64 - shift)) }
  let rest = shl(low, shift)
  let second = wide_step(first, shr_u(rest, 32), v)
  return shr_u(wide_step(second, and(rest, 4294967295), v), shift)
}

/// The remainder of high * 2^32 + digit by v, where v has its top bit set, high < v and digit < 2^32.
fun wide_step(high: i64, digit: i64, v: i64): i64 {
  let top = shr_u(v, 32)
  let bottom = and(v, 4294967295)
  var q = div_u(high, top)
  var rest = high - q * top
  while shr_u(q, 32) != 0 || gt_u(q * bottom, or(shl(rest, 32), digit)) {
    q = q - 1
    rest = rest + top
    if shr_u(rest, 32) != 0 { break }
  }
  return shl(high, 32) + digit - q * v
}
`,"number.mochi":`// Integers: checked arithmetic, decimal text.

let MIN_INT: i64 = shl(1, 63)
let MAX_INT: i64 = 9223372036854775807

// ---- checked arithmetic

/// inline
fun int_add(a: i64, b: i64): i64 {
  let r = a + b
  if and(xor(a, r), xor(b, r)) < 0 { fail_overflow() }
  return r
}

/// inline
fun int_sub(a: i64, b: i64): i64 {
  let r = a - b
  if and(xor(a, b), xor(a, r)) < 0 { fail_overflow() }
  return r
}

/// Two numbers from -2^31 to 2^31 - 1 have a product of 64 bits; only others need the slow check.
/// inline
fun int_mul(a: i64, b: i64): i64 {
  return if shr_u(or(a + 2147483648, b + 2147483648), 32) == 0 { a * b } else { int_mul_slow(a, b) }
}

/// noinline
fun int_mul_slow(a: i64, b: i64): i64 {
  let r = a * b
  // Fewer than 64 significant bits together, sign bits apart: the product cannot overflow.
  if clz(xor(a, shr_s(a, 63))) + clz(xor(b, shr_s(b, 63))) >= 66 { return r }
  if a == -1 { return int_neg(b) }
  if a != 0 {
    if r / a != b { fail_overflow() }
  }
  return r
}

/// inline
fun int_neg(a: i64): i64 {
  if a == MIN_INT { fail_overflow() }
  return 0 - a
}

/// Quotient rounded toward zero. Only the divisors 0 and -1 need care.
/// inline
fun int_div(a: i64, b: i64): i64 {
  return if le_u(b + 1, 1) { int_div_slow(a, b) } else { a / b }
}

/// noinline
fun int_div_slow(a: i64, b: i64): i64 {
  if b == 0 { fail_div() }
  return int_neg(a)
}

/// Remainder with the sign of the dividend.
/// inline
fun int_rem(a: i64, b: i64): i64 {
  if b == 0 { fail_div() }
  return a % b
}

fun int_abs(a: i64): i64 {
  return if a < 0 { int_neg(a) } else { a }
}

/// inline
fun int_min(a: i64, b: i64): i64 {
  return select(a < b, a, b)
}

/// inline
fun int_max(a: i64, b: i64): i64 {
  return select(a > b, a, b)
}

/// a to the power of b by squaring; checked. A negative exponent gives the quotient 1 / a^-b, rounded toward zero.
fun int_pow(a: i64, b: i64): i64 {
  if b < 0 {
    if a == 0 { fail_div() }
    if a == 1 { return 1 }
    if a == -1 { return if and(b, 1) == 0 { 1 } else { -1 } }
    return 0
  }
  var result: i64 = 1
  var base = a
  var e = b
  while true {
    if and(e, 1) != 0 { result = int_mul(result, base) }
    e = shr_u(e, 1)
    if e == 0 { return result }
    base = int_mul(base, base)
  }
  return result
}

// ---- text

/// How many decimal digits an unsigned number below 10^19 has.
fun digit_count(u: i64): i32 {
  var n = 1
  var limit: i64 = 10
  while n < 19 && ge_u(u, limit) {
    n = n + 1
    limit = limit * 10
  }
  return n
}

/// Writes the decimal digits of an unsigned number so that they end at address \`end\`; gives where they begin.
fun put_digits(end: i32, u: i64): i32 {
  var p = end
  var high = u
  while ge_u(high, 100000000) {
    let q = div_u(high, 100000000)
    var eight = i32(high - q * 100000000)
    high = q
    for i in 0..4 {
      let rest = div_u(eight, 100)
      p = p - 2
      put_pair(p, eight - rest * 100)
      eight = rest
    }
  }
  var low = i32(high)
  while low >= 100 {
    let rest = div_u(low, 100)
    p = p - 2
    put_pair(p, low - rest * 100)
    low = rest
  }
  if low >= 10 {
    put_pair(p - 2, low)
    return p - 2
  }
  store8(p - 1, 0, low + 48)
  return p - 1
}

/// Writes a number below 100 as two digits.
/// inline
fun put_pair(p: i32, n: i32) {
  let tens = shr_u(n * 205, 11)
  store16(p, 0, 0x3030 + tens + shl(n - tens * 10, 8))
}

/// Writes a number in decimal at \`p\` (room for 20 bytes); gives the address behind it.
fun put_int(p: i32, v: i64): i32 {
  var u = v
  var at = p
  if v < 0 {
    u = 0 - v
    store8(p, 0, 45)
    at = p + 1
  }
  let end = at + digit_count(u)
  put_digits(end, u)
  return end
}

/// The decimal text of a number.
fun int_str(v: i64): ref {
  let u = if v < 0 { 0 - v } else { v }
  let bytes = digit_count(u) + i32(v < 0)
  let s = str_new(bytes, bytes)
  store8(s, STRING_BYTES, 45)
  put_digits(s + STRING_BYTES + bytes, u)
  return s
}

// Where \`read_int\` puts its result.
var read_value: i64 = 0

/// Reads a number in a base from 2 to 36: an optional sign and at least one digit. False for anything else and for
/// what 64 bits do not hold; else \`read_value\` has it.
fun read_int(s: ref, base: i64): bool {
  var p = load32(s, 12)
  let end = p + load32(s, 4)
  if p == end { return false }
  let sign = load8u(p, 0)
  if sign == 45 || sign == 43 { p = p + 1 }
  if p == end { return false }
  let most: i64 = if sign == 45 { MIN_INT } else { MAX_INT }
  // The digits that may still be appended to v: v <= most / base.
  let bound = div_u(most, base)
  var v: i64 = 0
  while p < end {
    let c = load8u(p, 0)
    var digit = c - 48
    if gt_u(digit, 9) {
      digit = or(c, 32) - 87
      if digit < 10 { return false }
    }
    if i64(digit) >= base { return false }
    if gt_u(v, bound) { return false }
    v = v * base + i64(digit)
    if gt_u(v, most) { return false }
    p = p + 1
  }
  read_value = if sign == 45 { 0 - v } else { v }
  return true
}

/// The number that a text is, in decimal; anything else fails.
fun str_int(s: ref): i64 {
  return parse_int_base(s, 10)
}

/// The number that a text is in a base from 2 to 36; anything else fails.
fun parse_int_base(s: ref, base: i64): i64 {
  if base < 2 || base > 36 { fail("the base of a number must be between 2 and 36") }
  if !read_int(s, base) { fail_cast(cell(s), "int") }
  return read_value
}
`,"sets.mochi":`// Sorting and set operations on lists.
//
// A sort makes an array of pairs {rank, element number}, where the unsigned order of ranks is the order of the elements as far as
// 64 bits can tell (the number itself, the first 8 bytes of a string), so that most comparisons touch nothing else; equal ranks
// are settled by comparing the elements. The functions are generic in what they compare then: T is ref for strings, cell for
// values of any type, i64 for all else, so that a program which sorts strings needs nothing that compares values of any type.
// The pairs are merge-sorted, bottom up, from blocks sorted by insertion (Knuth, "The Art
// of Computer Programming", volume 3, sections 5.2.1 and 5.2.4), with their first place as the last resort, so it is stable.
// Set operations use a hash set of element numbers.

let SORT_I64 = 1
let SORT_F64 = 2
let SORT_STRING = 3
let SORT_CELL = 4
let SORT_BOOL = 5
// Ints in the order of their decimal text.
let SORT_INT_TEXT = 6

let SORT_BLOCK = 8
let SIGN_BIT: i64 = shl(1, 63)

/// How a list is sorted: one of SORT_*.
fun sort_mode(xs: ref): i32 {
  let kind = list_kind(xs)
  if kind == ELEM_I64 { return SORT_I64 }
  if kind == ELEM_F64 { return SORT_F64 }
  if kind == ELEM_BOOL { return SORT_BOOL }
  if kind == ELEM_REF {
    for i in 0..load32(xs, 4) {
      if load8u(loadref(list_at(xs, i, 4), 8), 0) != KIND_STRING { return SORT_CELL }
    }
    return SORT_STRING
  }
  return SORT_CELL
}

/// A copy of the list in ascending order (of cell_compare); equal elements keep their order. Null stays null.
/// noinline
fun list_sort(xs: ref): ref {
  if xs == 0 { return xs }
  return list_sort_by(xs, xs)
}

/// A copy of \`rows\` in the ascending order of \`keys\`, a list of the same length: row i goes where key i goes.
/// noinline
fun list_sort_by(rows: ref, keys: ref): ref {
  if rows == 0 { return rows }
  let mode = sort_mode(keys)
  if mode == SORT_STRING { return list_sort_with<ref>(rows, keys, mode) }
  if mode == SORT_CELL { return list_sort_with<cell>(rows, keys, mode) }
  return list_sort_with<i64>(rows, keys, mode)
}

/// noinline
fun list_sort_with<T>(rows: ref, keys: ref, mode: i32): ref {
  let count = load32(keys, 4)
  if gt_u(count, 0x3FF0000) { fail("out of memory") }
  let out = list_new(list_kind(rows), count)
  // Twice the room: the second half is where merges go.
  let pairs = alloc_any(count * 32 + 8, KIND_RAWS)
  store32(pairs, 4, count * 32)
  let first = i32(pairs) + 8
  var p = first
  for i in 0..count {
    store64(p, 0, sort_rank<T>(keys, i, mode))
    store64(p, 8, i64(i))
    p = p + 16
  }
  p = pairs_sort<T>(first, first + count * 16, count, keys, mode)
  let size = elem_size(list_kind(rows))
  let from = load32(rows, 12) + 8
  var to = load32(out, 12) + 8
  for i in 0..count {
    copy_elem(to, from + load32(p, 8) * size, size)
    to = to + size
    p = p + 16
  }
  store32(out, 4, count)
  if list_kind(rows) >= ELEM_REF { share_elems(from, count, list_kind(rows)) }
  keep(pairs)
  keep(rows)
  return out
}

/// The rank of element i.
fun sort_rank<T>(xs: ref, i: i32, mode: i32): i64 {
  if kindof(T) == ELEM_REF {
    return str_prefix(loadref(list_at(xs, i, 4), 8))
  } else if kindof(T) == ELEM_CELL {
    return 0
  } else {
    if mode == SORT_BOOL { return i64(load8u(list_at(xs, i, 1), 8)) }
    let k = load64(list_at(xs, i, 8), 8)
    if mode == SORT_I64 { return xor(k, SIGN_BIT) }
    if mode == SORT_F64 {
      // Adding 0 makes 0 of -0.
      let b = bits(from_bits(k) + 0.0)
      return if b < 0 { not(b) } else { xor(b, SIGN_BIT) }
    }
    // By text: negative ones first, as '-' is less than any digit.
    let rank = shr_u(text_rank(k), 1)
    return if k < 0 { rank } else { or(rank, SIGN_BIT) }
  }
}

/// An int's decimal digits as a number of 19 digits, zeros behind them (unsigned).
fun text_rank(k: i64): i64 {
  var u = if k < 0 { 0 - k } else { k }
  if u == 0 { return u }
  while lt_u(u, 1000000000000000000) { u = u * 10 }
  return u
}

/// The first 8 bytes of a string, the first one highest, zeros behind its end.
fun str_prefix(s: ref): i64 {
  let n = load32(s, 4)
  let p = load32(s, 12)
  if n >= 8 {
    let x = load64(p, 0)
    let y = or(shl(and(x, 0x00FF00FF00FF00FF), 8), and(shr_u(x, 8), 0x00FF00FF00FF00FF))
    return rotl(or(shl(and(y, 0x0000FFFF0000FFFF), 16), and(shr_u(y, 16), 0x0000FFFF0000FFFF)), 32)
  }
  var rank: i64 = 0
  for i in 0..n { rank = or(shl(rank, 8), i64(load8u(p + i, 0))) }
  return shl(rank, i64((8 - n) * 8))
}

/// True if the pair at a must come after the pair at b, which stands behind it.
/// inline
fun pair_after<T>(a: i32, b: i32, xs: ref, mode: i32): bool {
  let ra = load64(a, 0)
  let rb = load64(b, 0)
  if ra != rb { return gt_u(ra, rb) }
  if kindof(T) == ELEM_I64 {
    if mode != SORT_INT_TEXT { return false }
  }
  return pair_after_slow<T>(load32(a, 8), load32(b, 8), xs)
}

/// noinline
fun pair_after_slow<T>(i: i32, j: i32, xs: ref): bool {
  if kindof(T) == ELEM_REF {
    return str_compare(loadref(list_at(xs, i, 4), 8), loadref(list_at(xs, j, 4), 8)) > 0
  } else if kindof(T) == ELEM_CELL {
    return cell_compare(list_cell_at(xs, i), list_cell_at(xs, j)) > 0
  } else {
    let a = load64(list_at(xs, i, 8), 8)
    let b = load64(list_at(xs, j, 8), 8)
    let ra = text_rank(a)
    let rb = text_rank(b)
    if ra != rb { return gt_u(ra, rb) }
    return gt_u(if a < 0 { 0 - a } else { a }, if b < 0 { 0 - b } else { b })
  }
}

/// Sorts \`count\` pairs at \`p\` with \`spare\` for as many; gives the one of the two where the result is.
fun pairs_sort<T>(p: i32, spare: i32, count: i32, xs: ref, mode: i32): i32 {
  let end = p + count * 16
  var at = p + 16
  while lt_u(at, end) && !pair_after<T>(at - 16, at, xs, mode) { at = at + 16 }
  if ge_u(at, end) { return p }
  // Blocks by insertion.
  at = p
  while lt_u(at, end) {
    var stop = at + SORT_BLOCK * 16
    if gt_u(stop, end) { stop = end }
    var next = at + 16
    while next != stop {
      // The pair that is inserted waits in the spare memory.
      store64(spare, 0, load64(next, 0))
      store64(spare, 8, load64(next, 8))
      var hole = next
      while hole != at && pair_after<T>(hole - 16, spare, xs, mode) {
        store64(hole, 0, load64(hole - 16, 0))
        store64(hole, 8, load64(hole - 16, 8))
        hole = hole - 16
      }
      store64(hole, 0, load64(spare, 0))
      store64(hole, 8, load64(spare, 8))
      next = next + 16
    }
    at = stop
  }
  var from = p
  var to = spare
  let bytes = count * 16
  var width = SORT_BLOCK * 16
  while lt_u(width, bytes) {
    var done = 0
    while lt_u(done, bytes) {
      pairs_merge<T>(from + done, to + done, width, bytes - done, xs, mode)
      done = done + width + width
    }
    let other = from
    from = to
    to = other
    width = width + width
  }
  return from
}

/// Merges two sorted neighbours of \`width\` bytes (of which \`left\` bytes exist) into \`to\`.
fun pairs_merge<T>(p: i32, to: i32, width: i32, left: i32, xs: ref, mode: i32) {
  if le_u(left, width) {
    memory_copy(to, p, left)
    return
  }
  var a = p
  let a_end = p + width
  var b = a_end
  let b_end = if lt_u(left, width + width) { p + left } else { p + width + width }
  if !pair_after<T>(a_end - 16, b, xs, mode) {
    memory_copy(to, p, b_end - p)
    return
  }
  var q = to
  while true {
    if pair_after<T>(a, b, xs, mode) {
      store64(q, 0, load64(b, 0))
      store64(q, 8, load64(b, 8))
      q = q + 16
      b = b + 16
      if b == b_end {
        memory_copy(q, a, a_end - a)
        return
      }
    } else {
      store64(q, 0, load64(a, 0))
      store64(q, 8, load64(a, 8))
      q = q + 16
      a = a + 16
      if a == a_end {
        memory_copy(q, b, b_end - b)
        return
      }
    }
  }
}

// ---- hashing of values: equal values (cell_same) have equal hashes

/// Spreads the bits of a number: the finaliser of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014). Not linear, so that sums of hashes tell apart what sums of values do not.
fun hash_mix(x: i64): i32 {
  var h = xor(x, shr_u(x, 30)) * -4658895280553007687
  h = xor(h, shr_u(h, 27)) * -7723592293110705685
  return i32(xor(h, shr_u(h, 31)))
}

fun hash_f64(x: f64): i32 {
  // Adding 0 makes 0 of -0.
  return hash_mix(bits(x + 0.0) + 1)
}

/// The hash of a value.
fun cell_hash(c: cell): i32 {
  let v = i64(c)
  let high = i32(shr_u(v, 32))
  if high == 0 { return ref_hash(ref(c)) }
  // Floats begin at 0x0002 in the top 16 bits, ints at 0xFFFC.
  if lt_u(high, 0x20000) { return hash_mix(v) }
  if ge_u(high, 0xFFFC0000) { return hash_mix(shr_s(shl(v, 14), 14)) }
  return hash_f64(from_bits(v - 0x0002000000000000))
}

/// The hash of an object. Of maps only the values count, as int and string keys may be the same key.
fun ref_hash(r: ref): i32 {
  if r == 0 { return 1 }
  let header = load32(r, 0)
  let kind = and(header, 255)
  if kind == KIND_STRING { return str_hash(r) }
  if kind == KIND_INT64 { return hash_mix(load64(r, 8)) }
  if big_ints() != 0 {
    if kind == KIND_BIGINT { return big_hash(r) }
  }
  if big_rats() != 0 {
    if kind == KIND_BIGRAT { return rat_hash(r) }
  }
  var h = kind
  if kind == KIND_LIST {
    for i in 0..load32(r, 4) { h = h * 31 + elem_hash(r, i) }
  } else if kind == KIND_MAP {
    for i in 0..load32(r, 4) { h = h + cell_hash(map_value_at(r, i)) }
  } else if kind == KIND_STRUCT && struct_is_record(r) {
    // Equal to a map with the same entries.
    h = KIND_MAP
    let d = descriptor_of(r)
    for i in 0..load32(d, 8) {
      let field = d + 16 + i * 12
      h = h + cell_hash(cell_load(r + load32(field, 4), load32(field, 8)))
    }
  } else if kind == KIND_STRUCT {
    h = shr_u(header, 16)
    var f = load32(type_table() + h * 4, 0)
    for i in 0..load32(f, 8) {
      let at = i32(r) + load32(f, 20)
      let elem = load32(f, 24)
      var part = 0
      if elem == ELEM_I64 {
        part = hash_mix(load64(at, 0))
      } else if elem == ELEM_F64 {
        part = hash_f64(loadf64(at, 0))
      } else if elem == ELEM_REF {
        part = ref_hash(loadref(at, 0))
      } else if elem == ELEM_CELL {
        part = cell_hash(loadcell(at, 0))
      } else {
        part = load8u(at, 0)
      }
      h = h * 31 + part
      f = f + 12
    }
  }
  return h
}

/// The hash of element i (which must exist).
fun elem_hash(xs: ref, i: i32): i32 {
  let kind = list_kind(xs)
  if kind == ELEM_I64 { return hash_mix(load64(list_at(xs, i, 8), 8)) }
  if kind == ELEM_F64 { return hash_f64(loadf64(list_at(xs, i, 8), 8)) }
  if kind == ELEM_REF { return ref_hash(loadref(list_at(xs, i, 4), 8)) }
  return cell_hash(list_cell_at(xs, i))
}

/// True if element i of a is the same as element j of b, a list of the same kind: by type and value.
fun elem_same(a: ref, i: i32, b: ref, j: i32): bool {
  let kind = list_kind(a)
  if kind == ELEM_I64 { return load64(list_at(a, i, 8), 8) == load64(list_at(b, j, 8), 8) }
  if kind == ELEM_F64 { return loadf64(list_at(a, i, 8), 8) == loadf64(list_at(b, j, 8), 8) }
  if kind == ELEM_BOOL { return load8u(list_at(a, i, 1), 8) == load8u(list_at(b, j, 1), 8) }
  return cell_same(list_cell_at(a, i), list_cell_at(b, j))
}

// ---- hash sets of the elements of one list: RAWS of {i32 element number + 1 (0: free), i32 hash}, at most half full

/// A set for up to \`count\` elements.
fun set_new(count: i32): ref {
  if gt_u(count, 0x4000000) { fail("out of memory") }
  let slots = shl(2, 32 - clz(or(count, 3)))
  let set = alloc_zero(slots * 8 + 8, KIND_RAWS)
  store32(set, 4, slots * 8)
  return set
}

/// The address (less 8) of the set's slot for element i of xs, whose hash is given: the one that holds the same element
/// of \`of\`, or a free one.
fun set_slot(set: ref, of: ref, xs: ref, i: i32, hash: i32): i32 {
  let mask = load32(set, 4) - 8
  var at = and(shr_u(hash * 0x9E3779B1, 3), mask)
  while true {
    let p = i32(set) + at
    let number = load32(p, 8)
    if number == 0 { return p }
    if load32(p, 12) == hash {
      if elem_same(of, number - 1, xs, i) { return p }
    }
    at = and(at + 8, mask)
  }
  return 0
}

/// True if the set has no element like element i of xs. If so, and if \`of\` is xs, adds it.
fun set_add(set: ref, xs: ref, i: i32): bool {
  let hash = elem_hash(xs, i)
  let p = set_slot(set, xs, xs, i, hash)
  if load32(p, 8) != 0 { return false }
  store32(p, 8, i + 1)
  store32(p, 12, hash)
  keep(set)
  return true
}

/// True if the set, whose elements are those of \`of\`, has element i of xs.
fun set_has(set: ref, of: ref, xs: ref, i: i32): bool {
  return load32(set_slot(set, of, xs, i, elem_hash(xs, i)), 8) != 0
}

/// A set of all elements of xs.
fun set_of(xs: ref): ref {
  let count = load32(xs, 4)
  let set = set_new(count)
  for i in 0..count { set_add(set, xs, i) }
  return set
}

/// xs as a list of the kind that it and \`other\` have in common: itself if they are of one kind or one is null, else of cells.
fun same_kind(xs: ref, other: ref): ref {
  if xs == 0 || other == 0 { return xs }
  if list_kind(xs) == list_kind(other) { return xs }
  return list_convert(xs, ELEM_CELL)
}

/// Appends element i of xs, a list of the same kind, to out.
fun list_push_from(out: ref, xs: ref, i: i32) {
  let size = elem_size(list_kind(xs))
  let len = load32(out, 4)
  if len == load32(out, 8) { list_grow(out, len + 1) }
  copy_elem(list_at(out, len, size) + 8, list_at(xs, i, size) + 8, size)
  if list_kind(xs) >= ELEM_REF { share_elems(list_at(xs, i, size) + 8, 1, list_kind(xs)) }
  store32(out, 4, len + 1)
}

/// The elements of xs without later duplicates. Null stays null.
/// noinline
fun list_distinct(xs: ref): ref {
  if xs == 0 { return xs }
  let count = load32(xs, 4)
  let set = set_new(count)
  let out = list_new(list_kind(xs), 0)
  for i in 0..count {
    if set_add(set, xs, i) { list_push_from(out, xs, i) }
  }
  return out
}

/// The elements of a and then those of b, without later duplicates.
/// noinline
fun list_union(a: ref, b: ref): ref {
  return list_distinct(list_union_all(a, b))
}

/// The elements of a and then those of b.
/// noinline
fun list_union_all(a: ref, b: ref): ref {
  return list_concat(same_kind(a, b), same_kind(b, a))
}

/// The elements of a that are not in b.
/// noinline
fun list_except(a: ref, b: ref): ref {
  if a == 0 { return a }
  let left = same_kind(a, b)
  let right = same_kind(b, a)
  let set = set_of(right)
  let out = list_new(list_kind(left), 0)
  for i in 0..load32(left, 4) {
    if !set_has(set, right, left, i) { list_push_from(out, left, i) }
  }
  return out
}

/// The elements of b that are in a, without later duplicates.
/// noinline
fun list_intersect(a: ref, b: ref): ref {
  if a == 0 { return if b == 0 { b } else { list_new(list_kind(b), 0) } }
  let left = same_kind(a, b)
  let right = same_kind(b, a)
  let set = set_of(left)
  let seen = set_new(load32(right, 4))
  let out = list_new(list_kind(left), 0)
  for i in 0..load32(right, 4) {
    if set_has(set, left, right, i) {
      if set_add(seen, right, i) { list_push_from(out, right, i) }
    }
  }
  return out
}
`,"sha256.mochi":`// SHA-256 (FIPS 180-4).

/// The 64 round constants, the first 32 bits of the fractional parts of the cube roots of the first 64 primes.
fun sha_constants(): ref {
  return "\\x98\\x2f\\x8a\\x42\\x91\\x44\\x37\\x71\\xcf\\xfb\\xc0\\xb5\\xa5\\xdb\\xb5\\xe9\\x5b\\xc2\\x56\\x39\\xf1\\x11\\xf1\\x59\\xa4\\x82\\x3f\\x92\\xd5\\x5e\\x1c\\xab\\x98\\xaa\\x07\\xd8\\x01\\x5b\\x83\\x12\\xbe\\x85\\x31\\x24\\xc3\\x7d\\x0c\\x55\\x74\\x5d\\xbe\\x72\\xfe\\xb1\\xde\\x80\\xa7\\x06\\xdc\\x9b\\x74\\xf1\\x9b\\xc1\\xc1\\x69\\x9b\\xe4\\x86\\x47\\xbe\\xef\\xc6\\x9d\\xc1\\x0f\\xcc\\xa1\\x0c\\x24\\x6f\\x2c\\xe9\\x2d\\xaa\\x84\\x74\\x4a\\xdc\\xa9\\xb0\\x5c\\xda\\x88\\xf9\\x76\\x52\\x51\\x3e\\x98\\x6d\\xc6\\x31\\xa8\\xc8\\x27\\x03\\xb0\\xc7\\x7f\\x59\\xbf\\xf3\\x0b\\xe0\\xc6\\x47\\x91\\xa7\\xd5\\x51\\x63\\xca\\x06\\x67\\x29\\x29\\x14\\x85\\x0a\\xb7\\x27\\x38\\x21\\x1b\\x2e\\xfc\\x6d\\x2c\\x4d\\x13\\x0d\\x38\\x53\\x54\\x73\\x0a\\x65\\xbb\\x0a\\x6a\\x76\\x2e\\xc9\\xc2\\x81\\x85\\x2c\\x72\\x92\\xa1\\xe8\\xbf\\xa2\\x4b\\x66\\x1a\\xa8\\x70\\x8b\\x4b\\xc2\\xa3\\x51\\x6c\\xc7\\x19\\xe8\\x92\\xd1\\x24\\x06\\x99\\xd6\\x85\\x35\\x0e\\xf4\\x70\\xa0\\x6a\\x10\\x16\\xc1\\xa4\\x19\\x08\\x6c\\x37\\x1e\\x4c\\x77\\x48\\x27\\xb5\\xbc\\xb0\\x34\\xb3\\x0c\\x1c\\x39\\x4a\\xaa\\xd8\\x4e\\x4f\\xca\\x9c\\x5b\\xf3\\x6f\\x2e\\x68\\xee\\x82\\x8f\\x74\\x6f\\x63\\xa5\\x78\\x14\\x78\\xc8\\x84\\x08\\x02\\xc7\\x8c\\xfa\\xff\\xbe\\x90\\xeb\\x6c\\x50\\xa4\\xf7\\xa3\\xf9\\xbe\\xf2\\x78\\x71\\xc6"
}

/// sha256(x): the digest of a string's bytes or of a list of bytes, as a list of 32 ints.
/// noinline
fun sha256(c: cell): ref {
  let w = writer_new()
  if cell_is_str(c) {
    write_str(w, ref(c))
  } else {
    let list = cell_ref(c, KIND_LIST)
    for i in 0..load32(list, 4) {
      let b = cell_int(list_cell_at(list, i))
      if ge_u(b, 256) { fail("sha256 needs bytes: ints from 0 to 255") }
      write_byte(w, i32(b))
    }
  }
  let text = writer_text(w)
  let bytes = load32(text, 4)
  let p = load32(text, 12)
  let state = static_area("sha state", 32)
  let initial = load32(sha_initial(), 12)
  memory_copy(state, initial, 32)
  let whole = and(bytes, -64)
  var at = 0
  while at != whole {
    sha_block(state, p + at)
    at = at + 64
  }
  // The rest, a 1 bit, zeros and the length in bits fill one block or two.
  let tail = static_area("sha tail", 128)
  memory_fill(tail, 0, 128)
  memory_copy(tail, p + whole, bytes - whole)
  store8(tail + (bytes - whole), 0, 0x80)
  let size = if bytes - whole < 56 { 64 } else { 128 }
  store64(tail + size - 8, 0, swap_bytes(i64_u(bytes) * 8))
  sha_block(state, tail)
  if size == 128 { sha_block(state, tail + 64) }
  keep(text)
  let digest = list_new(ELEM_I64, 32)
  for i in 0..32 {
    // Big-endian words.
    list_push<i64>(digest, i64(load8u(state + xor(i, 3), 0)))
  }
  return digest
}

/// The bytes of a number in opposite order.
fun swap_bytes(v: i64): i64 {
  var x = v
  var out: i64 = 0
  for i in 0..8 {
    out = or(shl(out, 8), and(x, 255))
    x = shr_u(x, 8)
  }
  return out
}

/// Adds a block of 64 bytes at \`p\` to the state.
fun sha_block(state: i32, p: i32) {
  let words = static_area("sha words", 256)
  for i in 0..16 {
    store32(words + i * 4, 0, i32(shr_u(swap_bytes(load32u_64(p + i * 4, 0)), 32)))
  }
  for i in 16..64 {
    let at = words + i * 4
    let x = load32(at, -60)
    let y = load32(at, -8)
    let s0 = xor(xor(rotr(x, 7), rotr(x, 18)), shr_u(x, 3))
    let s1 = xor(xor(rotr(y, 17), rotr(y, 19)), shr_u(y, 10))
    store32(at, 0, load32(at, -64) + s0 + load32(at, -28) + s1)
  }
  let constants = load32(sha_constants(), 12)
  var a = load32(state, 0)
  var b = load32(state, 4)
  var c = load32(state, 8)
  var d = load32(state, 12)
  var e = load32(state, 16)
  var f = load32(state, 20)
  var g = load32(state, 24)
  var h = load32(state, 28)
  for i in 0..64 {
    let s1 = xor(xor(rotr(e, 6), rotr(e, 11)), rotr(e, 25))
    let choice = xor(and(e, f), and(not(e), g))
    let t1 = h + s1 + choice + load32(constants + i * 4, 0) + load32(words + i * 4, 0)
    let s0 = xor(xor(rotr(a, 2), rotr(a, 13)), rotr(a, 22))
    let majority = xor(xor(and(a, b), and(a, c)), and(b, c))
    h = g
    g = f
    f = e
    e = d + t1
    d = c
    c = b
    b = a
    a = t1 + s0 + majority
  }
  store32(state, 0, load32(state, 0) + a)
  store32(state, 4, load32(state, 4) + b)
  store32(state, 8, load32(state, 8) + c)
  store32(state, 12, load32(state, 12) + d)
  store32(state, 16, load32(state, 16) + e)
  store32(state, 20, load32(state, 20) + f)
  store32(state, 24, load32(state, 24) + g)
  store32(state, 28, load32(state, 28) + h)
}

/// The first state: the fractional parts of the square roots of the first 8 primes.
fun sha_initial(): ref {
  return "\\x67\\xe6\\x09\\x6a\\x85\\xae\\x67\\xbb\\x72\\xf3\\x6e\\x3c\\x3a\\xf5\\x4f\\xa5\\x7f\\x52\\x0e\\x51\\x8c\\x68\\x05\\x9b\\xab\\xd9\\x83\\x1f\\x19\\xcd\\xe0\\x5b"
}
`,"string.mochi":`// Strings: immutable UTF-8 text. A STRING object holds its byte length, its number of code points (as utf8.mochi counts
// them), the address of its bytes, the object that owns them, and its hash once somebody asked for it. When the two
// counts are equal, every code point is one byte, so indexing takes constant time.
//
//     +4 bytes   +8 code points   +12 address   +16 owner   +20 hash   +24 the bytes, when the string owns them itself

// A slice keeps its owner alive: it shares the bytes only when it is long and at least a quarter of the owner.
let SHARE_BYTES = 128
// Concatenations shorter than this hold their bytes themselves.
let INLINE_BYTES = 96
let STRING_BYTES = 24
let BUFFER_BYTES = 16

// Where the last scan of a text that is not ASCII stopped, so that a loop over its indexes is linear.
var scan_text: ref = 0
var scan_index: i32 = 0
var scan_address: i32 = 0

// ---- making strings

/// A new string with room for \`bytes\` bytes at +24, which the caller writes before it allocates again.
fun str_new(bytes: i32, points: i32): ref {
  let s = alloc_any(STRING_BYTES + bytes, KIND_STRING)
  store32(s, 4, bytes)
  store32(s, 8, points)
  store32(s, 12, s + STRING_BYTES)
  store64(s, 16, 0)
  return s
}

/// A new string of the bytes at \`p\`, which belong to \`owner\` (0: static).
fun str_view(p: i32, bytes: i32, points: i32, owner: ref): ref {
  let s = alloc(STRING_BYTES, KIND_STRING)
  store32(s, 4, bytes)
  store32(s, 8, points)
  store32(s, 12, p)
  storeref(s, 16, owner)
  store32(s, 20, 0)
  return s
}

/// A new string that is a copy of the bytes at \`p\`, which lie in an object that the caller keeps alive or outside the heap.
fun str_copy(p: i32, bytes: i32, points: i32): ref {
  let s = str_new(bytes, points)
  copy_bytes(s + STRING_BYTES, p, bytes)
  return s
}

/// A new string that is a copy of the bytes at \`p\`; counts the code points.
fun str_of_bytes(p: i32, bytes: i32): ref {
  return str_copy(p, bytes, utf8_count(p, p + bytes))
}

/// Copies \`n\` bytes between places that do not overlap; a call of the engine's own copying is worth it for long ones only.
fun copy_bytes(to: i32, from: i32, n: i32) {
  if lt_u(n, 17) {
    if n >= 8 {
      // The two halves overlap in the middle.
      store64(to, 0, load64(from, 0))
      store64(to + n, -8, load64(from + n, -8))
    } else if n >= 4 {
      store32(to, 0, load32(from, 0))
      store32(to + n, -4, load32(from + n, -4))
    } else if n != 0 {
      store8(to, 0, load8u(from, 0))
      if n != 1 { store16(to + n, -2, load16u(from + n, -2)) }
    }
  } else {
    memory_copy(to, from, n)
  }
}

/// Where the string of a one-byte character is, if it has been made: 256 objects, of which those of ASCII are used.
/// inline
fun char_place(c: i32): ref {
  return ref(static_area("characters", 8192) + shl(c, 5))
}

/// The string of one ASCII character: static objects, filled in when they are needed first.
fun str_char(c: i32): ref {
  let s = char_place(c)
  if load32(s, 4) == 0 {
    store32(s, 0, KIND_STRING)
    store32(s, 4, 1)
    store32(s, 8, 1)
    store32(s, 12, s + STRING_BYTES)
    store8(s, STRING_BYTES, c)
  }
  return s
}

/// The part of \`s\` that begins at address \`p\`.
fun str_part(s: ref, p: i32, bytes: i32, points: i32): ref {
  if bytes == load32(s, 4) { return s }
  if bytes <= 1 {
    if bytes == 0 { return "" }
    if load8u(p, 0) < 128 { return str_char(load8u(p, 0)) }
  }
  var owner = loadref(s, 16)
  if owner == 0 {
    if lt_u(i32(s), heap_base()) { return str_view(p, bytes, points, owner) }
    owner = s
  }
  if bytes >= SHARE_BYTES && bytes >= shr_u(load32(owner, 4), 2) { return str_view(p, bytes, points, owner) }
  let part = str_copy(p, bytes, points)
  keep(s)
  return part
}

// ---- concatenation

/// a + b; nil when one of them is nil. When \`a\` ends where its buffer's used part ends, the buffer takes \`b\` in place.
fun str_concat(a: ref, b: ref): ref {
  if a == 0 || b == 0 { return none }
  let la = load32(a, 4)
  let lb = load32(b, 4)
  if lb == 0 { return a }
  if la == 0 { return b }
  let bytes = la + lb
  if bytes < 0 { fail("out of memory") }
  var points = load32(a, 8) + load32(b, 8)
  let pb = load32(b, 12)
  // A stray continuation byte may complete what \`a\` ends with.
  let joint = and(load8u(pb, 0), 0xc0) == 0x80
  var result: ref
  let owner = loadref(a, 16)
  if owner != 0 && str_extends(owner, load32(a, 12) + la, lb) {
    copy_bytes(load32(a, 12) + la, pb, lb)
    store32(owner, 8, load32(owner, 8) + lb)
    result = str_view(load32(a, 12), bytes, points, owner)
  } else if bytes < INLINE_BYTES || la < lb {
    result = str_new(bytes, points)
    copy_bytes(result + STRING_BYTES, load32(a, 12), la)
    copy_bytes(result + STRING_BYTES + la, pb, lb)
  } else {
    let buffer = text_buffer(bytes + bytes)
    store32(buffer, 8, bytes)
    memory_copy(buffer + BUFFER_BYTES, load32(a, 12), la)
    memory_copy(buffer + BUFFER_BYTES + la, pb, lb)
    result = str_view(buffer + BUFFER_BYTES, bytes, points, buffer)
  }
  keep(a)
  keep(b)
  if joint {
    let p = load32(result, 12)
    store32(result, 8, utf8_count(p, p + bytes))
  }
  return result
}

/// True if \`end\` is where the used part of the buffer \`owner\` ends and \`more\` bytes fit behind it.
/// inline
fun str_extends(owner: ref, end: i32, more: i32): bool {
  if and(load32(owner, 0), 255) != KIND_BUFFER { return false }
  let used = load32(owner, 8)
  return owner + BUFFER_BYTES + used == end && more <= load32(owner, 4) - used
}

/// A buffer with room for at least \`bytes\` bytes.
fun text_buffer(bytes: i32): ref {
  let room = usable_size(if bytes < 0 { 0x7ffe0000 } else { BUFFER_BYTES + bytes })
  let buffer = alloc_any(room, KIND_BUFFER)
  store32(buffer, 4, room - BUFFER_BYTES)
  store32(buffer, 8, 0)
  return buffer
}

// ---- comparing

/// True if the \`n\` bytes at \`p\` and at \`q\` are the same.
fun bytes_equal(p: i32, q: i32, n: i32): bool {
  if n >= 8 {
    var i = 0
    let last = n - 8
    while i < last {
      if load64(p + i, 0) != load64(q + i, 0) { return false }
      i = i + 8
    }
    // The last eight, some of them for the second time.
    return load64(p + last, 0) == load64(q + last, 0)
  }
  if n >= 4 { return load32(p, 0) == load32(q, 0) && load32(p + n, -4) == load32(q + n, -4) }
  if n == 0 { return true }
  return load8u(p, 0) == load8u(q, 0) && (n == 1 || load16u(p + n, -2) == load16u(q + n, -2))
}

/// Same text; nil equals nil only.
fun str_eq(a: ref, b: ref): bool {
  if a == b { return true }
  if a == 0 || b == 0 { return false }
  let n = load32(a, 4)
  if n != load32(b, 4) { return false }
  return bytes_equal(load32(a, 12), load32(b, 12), n)
}

/// Order of the bytes, which is the order of the code points: -1, 0 or 1. Nil comes last.
fun str_compare(a: ref, b: ref): i32 {
  if a == b { return 0 }
  if a == 0 { return 1 }
  if b == 0 { return -1 }
  let p = load32(a, 12)
  let q = load32(b, 12)
  let la = load32(a, 4)
  let lb = load32(b, 4)
  let n = select(la < lb, la, lb)
  var i = 0
  while n - i >= 8 && load64(p + i, 0) == load64(q + i, 0) {
    i = i + 8
  }
  while i < n {
    let d = load8u(p + i, 0) - load8u(q + i, 0)
    if d != 0 { return if d < 0 { -1 } else { 1 } }
    i = i + 1
  }
  return i32(la > lb) - i32(la < lb)
}

/// A hash of the text, never 0; kept in the string. Words are mixed by rotation and multiplication (the hash of the
/// Firefox browser's HashGeneric, with a 64-bit state) and the result is folded to 32 bits.
fun str_hash(s: ref): i32 {
  let known = load32(s, 20)
  if known != 0 { return known }
  var p = load32(s, 12)
  var n = load32(s, 4)
  var h = i64(n)
  while n >= 8 {
    h = (xor(rotl(h, 5), load64(p, 0))) * 5871781006564002453
    p = p + 8
    n = n - 8
  }
  // The rest of up to seven bytes as one word; that some bytes may be in it twice does no harm, as the length is in the hash.
  if n != 0 {
    var rest: i64 = 0
    if n >= 4 {
      rest = or(load32u_64(p, 0), shl(load32u_64(p + n, -4), 32))
    } else {
      rest = i64(or(load8u(p, 0), shl(or(load8u(p + shr_u(n, 1), 0), shl(load8u(p + n, -1), 8)), 8)))
    }
    h = xor(rotl(h, 5), rest) * 5871781006564002453
  }
  h = xor(h, shr_u(h, 32)) * -7046029254386353131
  let folded = or(i32(shr_u(h, 32)), 1)
  store32(s, 20, folded)
  return folded
}

// ---- length, index, slice

/// The number of code points; 0 for nil.
/// inline
fun str_len(s: ref): i64 {
  return i64_u(load32(s, 8))
}

/// The address of code point \`i\` (0 <= i <= length).
fun str_address(s: ref, i: i32): i32 {
  let p = load32(s, 12)
  let bytes = load32(s, 4)
  if bytes == load32(s, 8) { return p + i }
  var from = p
  var skip = i
  if s == scan_text && i >= scan_index {
    from = scan_address
    skip = i - scan_index
  }
  let at = utf8_skip(from, p + bytes, skip)
  scan_text = s
  scan_index = i
  scan_address = at
  return at
}

/// The one-character string at index \`i\`; a negative one counts from the end.
/// inline
fun str_index(s: ref, i: i64): ref {
  let n = load32(s, 4)
  if n == load32(s, 8) && lt_u(i, i64_u(n)) {
    let c = char_place(load8u(load32(s, 12) + i32(i), 0))
    if load32(c, 4) != 0 { return c }
  }
  return str_index_slow(s, i)
}

/// noinline
fun str_index_slow(s: ref, i: i64): ref {
  let points = load32(s, 8)
  var k = i
  if k < 0 { k = k + i64_u(points) }
  if ge_u(k, i64_u(points)) { fail_str_index(i, i64_u(points)) }
  let p = str_address(s, i32(k))
  let c = load8u(p, 0)
  if c < 128 { return str_char(c) }
  return str_part(s, p, utf8_width(p, load32(s, 12) + load32(s, 4)), 1)
}

// ---- one ASCII character, without making strings

/// Whether a string is the one ASCII character \`code\`.
/// inline
fun str_is_char(s: ref, code: i32): bool {
  return load32(s, 4) == 1 && load8u(load32(s, 12), 0) == code
}

/// The order of a string and the one ASCII character \`code\`: below 0, 0 or above 0. Nil comes last.
/// inline
fun str_order_char(s: ref, code: i32): i32 {
  let n = load32(s, 4)
  if n == 0 { return if s == 0 { 1 } else { -1 } }
  let d = load8u(load32(s, 12), 0) - code
  return if d != 0 { d } else { n - 1 }
}

/// \`s[i]\` as the code of an ASCII character, or 128 for any other character.
/// inline
fun str_code_at(s: ref, i: i64): i32 {
  let n = load32(s, 4)
  if n == load32(s, 8) && lt_u(i, i64_u(n)) { return load8u(load32(s, 12) + i32(i), 0) }
  return str_code_of(str_index(s, i))
}

/// \`s[i:i + 1]\` as the code of an ASCII character, 128 for any other character, -1 when it is empty, 256 when nil.
/// inline
fun str_code_slice(s: ref, i: i64): i32 {
  let n = load32(s, 4)
  if n == load32(s, 8) && lt_u(i, i64_u(n)) { return load8u(load32(s, 12) + i32(i), 0) }
  return str_code_of(str_slice(s, i, i + 1))
}

/// noinline
fun str_code_of(s: ref): i32 {
  if s == 0 { return 256 }
  if load32(s, 4) == 0 { return -1 }
  let c = load8u(load32(s, 12), 0)
  return if c < 128 { c } else { 128 }
}

/// A bound of a slice: a negative one counts from the end; then it is clamped to [0, length].
fun slice_bound(i: i64, length: i64): i64 {
  let k = if i < 0 { i + length } else { i }
  if k < 0 { return 0 }
  return if k < length { k } else { length }
}

/// Code points [a, b) of \`s\`; nil of nil.
fun str_slice(s: ref, a: i64, b: i64): ref {
  if s == 0 { return s }
  let points = i64_u(load32(s, 8))
  let from = i32(slice_bound(a, points))
  let to = i32(slice_bound(b, points))
  if from >= to { return "" }
  let p = str_address(s, from)
  let q = if load32(s, 4) == load32(s, 8) { p + (to - from) } else { str_address(s, to) }
  return str_part(s, p, q - p, to - from)
}

// ---- searching

/// The address of the first occurrence of \`t\` in the text from \`p\` to \`end\`, or 0.
fun bytes_find(p: i32, end: i32, t: ref): i32 {
  let n = load32(t, 4)
  let q = load32(t, 12)
  if n == 0 { return p }
  let first = load8u(q, 0)
  let last = end - n
  var at = p
  while at <= last {
    if load8u(at, 0) == first {
      if bytes_equal(at, q, n) { return at }
    }
    at = at + 1
  }
  return 0
}

/// True if \`t\` occurs in \`s\`.
fun str_contains(s: ref, t: ref): bool {
  if s == 0 || t == 0 { return false }
  let p = load32(s, 12)
  return bytes_find(p, p + load32(s, 4), t) != 0
}

/// Index (in code points) of the first occurrence of \`t\` in \`s\`, or -1.
fun str_index_of(s: ref, t: ref): i64 {
  if s == 0 || t == 0 { return -1 }
  let p = load32(s, 12)
  let at = bytes_find(p, p + load32(s, 4), t)
  if at == 0 { return -1 }
  return i64(if load32(s, 4) == load32(s, 8) { at - p } else { utf8_count(p, at) })
}

fun str_starts_with(s: ref, t: ref): bool {
  if s == 0 || t == 0 { return false }
  let n = load32(t, 4)
  if n > load32(s, 4) { return false }
  return bytes_equal(load32(s, 12), load32(t, 12), n)
}

// ---- taking apart and putting together

/// The characters, a list<string>; of nil an empty one.
fun str_chars(s: ref): ref {
  let points = load32(s, 8)
  let list = list_new(ELEM_REF, points)
  var p = load32(s, 12)
  let end = p + load32(s, 4)
  while p != end {
    let c = load8u(p, 0)
    if c < 128 {
      list_push(list, str_char(c))
      p = p + 1
    } else {
      let width = utf8_width(p, end)
      list_push(list, str_part(s, p, width, 1))
      p = p + width
    }
  }
  keep(s)
  return list
}

/// The parts between the occurrences of \`sep\`, a list<string>; the characters when \`sep\` is empty.
fun str_split(s: ref, sep: ref): ref {
  if s == 0 || load32(sep, 4) == 0 { return str_chars(s) }
  let list = list_new(ELEM_REF, 4)
  var p = load32(s, 12)
  let end = p + load32(s, 4)
  while p <= end {
    var q = bytes_find(p, end, sep)
    if q == 0 { q = end + 1 }
    let stop = select(q > end, end, q)
    list_push(list, str_section(s, p, stop))
    p = if q > end { q } else { q + load32(sep, 4) }
  }
  return list
}

/// The part of \`s\` between two addresses; counts its code points.
fun str_section(s: ref, p: i32, q: i32): ref {
  let points = if load32(s, 4) == load32(s, 8) { q - p } else { utf8_count(p, q) }
  return str_part(s, p, q - p, points)
}

/// The elements of a list of strings with \`sep\` between them; nil elements count as empty. Fails for other elements: see
/// values_join.
fun str_join(xs: ref, sep: ref): ref {
  let n = load32(xs, 4)
  if n == 0 { return "" }
  let list = if list_kind(xs) == ELEM_REF { xs } else { list_convert(xs, ELEM_REF) }
  let between = load32(sep, 4)
  var bytes = i64(between) * i64(n - 1)
  var points = load32(sep, 8) * (n - 1)
  let items = load32(list, 12) + 8
  for i in 0..n {
    let item = loadref(items + shl(i, 2), 0)
    if item != 0 && load8u(item, 0) != KIND_STRING { fail_needed(cell(item), "a string") }
    bytes = bytes + i64_u(load32(item, 4))
    points = points + load32(item, 8)
  }
  if bytes > 0x7fff0000 { fail("out of memory") }
  let result = str_new(i32(bytes), points)
  var to = result + STRING_BYTES
  var joint = 0
  for i in 0..n {
    if i > 0 { to = bytes_append(to, sep) }
    let item = loadref(items + shl(i, 2), 0)
    if and(load8u(load32(item, 12), 0), 0xc0) == 0x80 { joint = 1 }
    to = bytes_append(to, item)
  }
  keep(list)
  keep(sep)
  if joint != 0 || and(load8u(load32(sep, 12), 0), 0xc0) == 0x80 {
    store32(result, 8, utf8_count(result + STRING_BYTES, to))
  }
  return result
}

/// Copies the bytes of \`s\` to \`to\`; gives the address behind them.
fun bytes_append(to: i32, s: ref): i32 {
  let n = load32(s, 4)
  copy_bytes(to, load32(s, 12), n)
  return to + n
}

/// \`s\` without white space at its ends.
fun str_trim(s: ref): ref {
  if s == 0 { return s }
  var p = load32(s, 12)
  var end = p + load32(s, 4)
  while p < end && is_space(p, end) {
    p = p + utf8_width(p, end)
  }
  while end > p {
    var q = end - 1
    while q > p && and(load8u(q, 0), 0xc0) == 0x80 {
      q = q - 1
    }
    if q + utf8_width(q, end) != end || !is_space(q, end) { break }
    end = q
  }
  return str_section(s, p, end)
}

/// True if the code point at \`p\` is white space (Unicode's White_Space).
fun is_space(p: i32, end: i32): bool {
  let c = utf8_decode(p, utf8_width(p, end))
  if c < 0x100 { return c == 32 || lt_u(c - 9, 5) || c == 0x85 || c == 0xa0 }
  return c == 0x1680 || lt_u(c - 0x2000, 11) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000
}

/// \`s\` repeated \`n\` times; empty when n <= 0.
fun str_repeat(s: ref, n: i64): ref {
  let one = load32(s, 4)
  if n <= 0 || one == 0 { return "" }
  if n > i64(div_u(0x7fff0000, one)) { fail("out of memory") }
  let bytes = one * i32(n)
  let result = str_new(bytes, load32(s, 8) * i32(n))
  let to = result + STRING_BYTES
  memory_copy(to, load32(s, 12), one)
  keep(s)
  // Copies what is there already: doubling.
  var done = one
  while done < bytes {
    let more = select(done < bytes - done, done, bytes - done)
    memory_copy(to + done, to, more)
    done = done + more
  }
  if and(load8u(to, 0), 0xc0) == 0x80 { store32(result, 8, utf8_count(to, to + bytes)) }
  return result
}

/// \`s\` with repetitions of \`pad\` (a space when it is empty) in front, to a length of \`n\` code points.
fun str_pad_start(s: ref, n: i64, pad: ref): ref {
  let missing = n - i64_u(load32(s, 8))
  if missing <= 0 { return s }
  let p = if load32(pad, 4) == 0 { " " } else { pad }
  let width = i64_u(load32(p, 8))
  return str_concat(str_slice(str_repeat(p, (missing + width - 1) / width), 0, missing), s)
}

/// The code points of \`s\` in opposite order.
fun str_reverse(s: ref): ref {
  let bytes = load32(s, 4)
  if bytes <= 1 { return s }
  let result = str_new(bytes, load32(s, 8))
  var p = load32(s, 12)
  let end = p + bytes
  var to = result + STRING_BYTES + bytes
  var joint = 0
  while p != end {
    let c = load8u(p, 0)
    let width = if c < 128 { 1 } else { utf8_width(p, end) }
    to = to - width
    if width == 1 {
      store8(to, 0, c)
      joint = or(joint, c)
    } else {
      memory_copy(to, p, width)
    }
    p = p + width
  }
  keep(s)
  // Stray bytes may have come together.
  if joint >= 128 { store32(result, 8, utf8_count(to, to + bytes)) }
  return result
}

/// The first code point; 0 of an empty string.
fun str_code(s: ref): i64 {
  let p = load32(s, 12)
  if load32(s, 4) == 0 { return 0 }
  return i64(utf8_decode(p, utf8_width(p, p + load32(s, 4))))
}

/// The string of one code point; U+FFFD for numbers that are none.
fun str_from_code(code: i64): ref {
  if lt_u(code, 128) { return str_char(i32(code)) }
  let valid = lt_u(code, 0x110000) && shr_u(code, 11) != 27
  let c = if valid { i32(code) } else { 0xfffd }
  let s = str_new(utf8_size(c), 1)
  utf8_encode(s + STRING_BYTES, c)
  return s
}
`,"string_case.mochi":`// Upper and lower case: Unicode's simple mappings, code point by code point (as Go's strings.ToUpper).

/// \`s\` in upper case.
fun str_upper(s: ref): ref {
  if s == 0 { return s }
  return case_map(s, 97, upper_table())
}

/// \`s\` in lower case.
fun str_lower(s: ref): ref {
  if s == 0 { return s }
  return case_map(s, 65, lower_table())
}

/// Maps the 26 ASCII letters from \`first\` on to the other case, and everything else by \`table\`.
fun case_map(s: ref, first: i32, table: ref): ref {
  let bytes = load32(s, 4)
  var p = load32(s, 12)
  let end = p + bytes
  if bytes == load32(s, 8) {
    let result = str_new(bytes, bytes)
    var to = result + STRING_BYTES
    while p != end {
      let c = load8u(p, 0)
      store8(to, 0, xor(c, shl(i32(lt_u(c - first, 26)), 5)))
      p = p + 1
      to = to + 1
    }
    keep(s)
    return result
  }
  // A mapping makes two bytes three at most.
  let buffer = text_buffer(bytes + shr_u(bytes, 1))
  var to = buffer + BUFFER_BYTES
  while p != end {
    let c = load8u(p, 0)
    let width = if c < 128 { 1 } else { utf8_width(p, end) }
    if width == 1 {
      store8(to, 0, xor(c, shl(i32(lt_u(c - first, 26)), 5)))
      to = to + 1
    } else {
      // A text has few different characters: their mappings are remembered.
      let c = utf8_decode(p, width)
      let known = static_area("case mappings", 2048) + shl(and(c, 255), 3)
      if load32(known, 0) != shl(c, 8) + first {
        store32(known, 0, shl(c, 8) + first)
        store32(known, 4, case_find(table, c))
      }
      to = utf8_encode(to, load32(known, 4))
    }
    p = p + width
  }
  keep(s)
  return buffer_string(buffer, to)
}

/// The string of a buffer's bytes up to \`end\`; a short one is a copy.
fun buffer_string(buffer: ref, end: i32): ref {
  let p = buffer + BUFFER_BYTES
  store32(buffer, 8, end - p)
  let points = utf8_count(p, end)
  let s = if end - p < INLINE_BYTES { str_copy(p, end - p, points) } else { str_view(p, end - p, points, buffer) }
  keep(buffer)
  return s
}

/// The number that begins at \`table_at\` in a table (see scripts/unicode-tables.mjs); moves \`table_at\` behind it.
fun table_number(): i32 {
  var n = 0
  var shift = 0
  while load8u(table_at, 0) >= 64 {
    n = or(n, shl(load8u(table_at, 0) - 64, shift))
    shift = shift + 6
    table_at = table_at + 1
  }
  n = or(n, shl(load8u(table_at, 0), shift))
  table_at = table_at + 1
  return n
}

var table_at: i32 = 0

/// What the table maps code point \`c\` to.
fun case_find(table: ref, c: i32): i32 {
  table_at = load32(table, 12)
  let end = table_at + load32(table, 4)
  var from = 0
  while table_at < end {
    from = from + table_number()
    if from > c { return c }
    let run = table_number()
    let zigzag = table_number()
    let d = c - from
    if d <= shl(shr_u(run, 1), and(run, 1)) && and(d, and(run, 1)) == 0 {
      return c + xor(shr_u(zigzag, 1), -and(zigzag, 1))
    }
  }
  return c
}

/// True if a quoted string shows code point \`c\` (above U+007F) by its number.
fun is_hidden(c: i32): bool {
  let table = hidden_table()
  table_at = load32(table, 12)
  let end = table_at + load32(table, 4)
  var at = 0x80
  while table_at < end {
    at = at + table_number()
    if at > c { return false }
    at = at + table_number()
    if at > c { return true }
  }
  return false
}
`,"unicode.mochi":`// Unicode tables. Made by scripts/unicode-tables.mjs (Unicode 17.0); the format of the numbers is told there.

/// Simple upper case of what is not ASCII.
fun upper_table(): ref {
  return "u\\x02\\x00N\\x17+,?\\x18\\x0c?\\x07\\x00r\\x03\\x02/\\x010\\x00O\\x07\\x02\\x05\\x01\\x07\\x0f\\x01\\x11-\\x01/\\x05\\x01\\x05\\x00W\\x09\\x01\\x00F\\x06\\x03\\x03\\x01\\x05\\x00\\x01\\x04\\x00\\x01\\x06\\x00\\x01\\x03\\x00B\\x03\\x04\\x00\\x01\\x01\\x00F\\x05\\x01\\x00Br\\x14\\x03\\x00D\\x04\\x03\\x05\\x01\\x07\\x00\\x01\\x05\\x00\\x01\\x03\\x00\\x01\\x04\\x03\\x01\\x05\\x00\\x01\\x04\\x00\\x01\\x02\\x00p\\x01\\x06\\x00\\x01\\x01\\x00\\x03\\x02\\x00\\x01\\x01\\x00\\x03\\x02\\x00\\x01\\x01\\x00\\x03\\x02\\x0f\\x01\\x0f\\x00]\\x02\\x02\\x11\\x01\\x13\\x00\\x01\\x01\\x00\\x03\\x02\\x00\\x01\\x04'\\x01*\\x11\\x01\\x19\\x00\\x01\\x03\\x02~Q\\x05\\x03\\x00\\x01\\x05\\x09\\x01\\x09\\x00~P\\x05\\x01\\x00xP\\x05\\x01\\x00|P\\x05\\x01\\x00c\\x06\\x01\\x00[\\x06\\x02\\x02Y\\x06\\x03\\x00S\\x06\\x02\\x00U\\x06\\x01\\x00^j\\x14\\x04\\x00Y\\x06\\x01\\x00Vj\\x14\\x02\\x00]\\x06\\x01\\x00Nk\\x14\\x01\\x00Pi\\x14\\x01\\x00Hj\\x14\\x02\\x00a\\x06\\x01\\x00e\\x06\\x01\\x00Hj\\x14\\x01\\x00nO\\x05\\x01\\x00Bj\\x14\\x03\\x00e\\x06\\x02\\x00zO\\x05\\x01\\x00i\\x06\\x03\\x00k\\x06\\x08\\x00NO\\x05\\x03\\x00s\\x06\\x02\\x00Fj\\x14\\x01\\x00s\\x06\\x04\\x00Ti\\x14\\x01\\x00s\\x06\\x01\\x00I\\x02\\x01\\x02q\\x06\\x02\\x00M\\x02\\x06\\x00u\\x06\\x0b\\x00jh\\x14\\x01\\x00dh\\x14g\\x02\\x00h\\x02,\\x03\\x01\\x06\\x00\\x01\\x04\\x04D\\x041\\x00K\\x01\\x01\\x04I\\x01\\x04 ?\\x11\\x00=\\x01\\x10?\\x09\\x00\\x7f\\x01\\x01\\x02}\\x01\\x03\\x00{\\x01\\x01\\x00q\\x01\\x04\\x00]\\x01\\x01\\x00k\\x01\\x01\\x00\\x0f\\x02\\x17\\x01\\x17\\x00k\\x02\\x01\\x00_\\x02\\x01\\x00\\x0e\\x01\\x00g\\x03\\x02\\x00\\x7f\\x02\\x03\\x00\\x01\\x03\\x00\\x015>? \\x1e_\\x02\\x11!\\x01*5\\x017\\x0d\\x01\\x0d\\x00\\x1d\\x02_\\x01\\x01P\\x02J\\x01_\\x01o-T\\x01@^\\x01-\\x04@^\\x01{\\x0b\\x0a\\x0fH\\"\\x00[C\\x03\\x01\\x00YC\\x03\\x01\\x00GC\\x03\\x01\\x02CC\\x03\\x02\\x00EC\\x03\\x01\\x00wB\\x03\\x01\\x00IA\\x03\\x01\\x00DN\\x11\\x02\\x00\\x01o\\x03\\x00HP\\x11\\x04\\x00Lw\\x01\\x11\\x00pQ\\x11s\\x01U\\x02\\x01Z\\x02\\x00u\\x01\\x06_\\x01\\x01_\\x01\\x0e\\x10\\x10\\x0a\\x10\\x10\\x0e\\x10\\x10\\x0e\\x10\\x10\\x0a\\x10\\x11\\x07\\x10\\x0f\\x0e\\x10\\x10\\x02T\\x02\\x02\\x06l\\x02\\x04\\x02H\\x03\\x02\\x02@\\x04\\x02\\x02\`\\x03\\x02\\x02|\\x03\\x04\\x0e\\x10\\x10\\x0e\\x10\\x10\\x0e\\x10\\x10\\x02\\x10\\x03\\x00\\x12\\x0b\\x00Ia\\x03\\x05\\x00\\x12\\x0d\\x02\\x10\\x10\\x02\\x10\\x05\\x00\\x0e\\x0e\\x00\\x12[\\x05\\x007\\"\\x1e\\x1f\\x14\\x00\\x01L\\x0d23\`\\x1d^\\x01_\\x011\\x00\\x01\\x04\\x00UQ\\x05\\x01\\x00OQ\\x05\\x02\\x05\\x01\\x0b\\x00\\x01\\x03\\x00\\x01\\x0bc\\x01\\x01k\\x01\\x03\\x01\\x07\\x00\\x01\\x0dJ\\x01\\x7fb\\x03'\\x00\\x7fb\\x03\\x06\\x00\\x7fb\\x03Td\\x07-\\x01@\\x01\\x1b\\x01b\\x02\\x0d\\x01\\x10=\\x01G\\x01\\x03\\x01\\x05\\x09\\x01\\x0d\\x00\\x01\\x05\\x03\\x01\\x03\\x00\`\\x01\\x03\\x13\\x01\\x1e\\x0f\\x01\\x13\\x03\\x01\\x05\\x0f\\x01)\\x00\\x01]\\x0d\\x00\\x7f\\x1c\\x1d^\\x02_~\\x12QO\\x052?g\\x13N\\x01O\\x01p\\x02F\\x01O\\x01\\x7f\\x02%M\\x01\\x01\\x09M\\x01\\x0c\\x0dM\\x01\\x10\\x05M\\x01\\x08\\x00M\\x01D\\x1cd\\x01\\x7f\\x01p\\x02*?P->?\`V\\x05>?[\\x0105gi\\x07B\\x01C\\x01"
}

/// Simple lower case of what is not ASCII.
fun lower_table(): ref {
  return "@\\x03,@\\x01\\x18\\x0c@\\x01(/\\x020\\x00M\\x06\\x02\\x05\\x02\\x07\\x0f\\x02\\x11-\\x02.\\x00q\\x03\\x01\\x05\\x02\\x08\\x00d\\x06\\x01\\x03\\x02\\x04\\x00\\\\\\x06\\x01\\x00\\x02\\x02\\x02Z\\x06\\x02\\x00\\x02\\x03\\x00^\\x02\\x01\\x00T\\x06\\x01\\x00V\\x06\\x01\\x00\\x02\\x02\\x00Z\\x06\\x01\\x00^\\x06\\x02\\x00f\\x06\\x01\\x00b\\x06\\x01\\x00\\x02\\x04\\x00f\\x06\\x01\\x00j\\x06\\x02\\x00l\\x06\\x01\\x05\\x02\\x06\\x00t\\x06\\x01\\x00\\x02\\x02\\x00t\\x06\\x03\\x00\\x02\\x02\\x00t\\x06\\x01\\x00\\x02\\x02\\x02r\\x06\\x02\\x03\\x02\\x04\\x00v\\x06\\x01\\x00\\x02\\x04\\x00\\x02\\x08\\x00\\x04\\x01\\x00\\x02\\x02\\x00\\x04\\x01\\x00\\x02\\x02\\x00\\x04\\x01\\x11\\x02\\x13\\x11\\x02\\x13\\x00\\x04\\x01\\x03\\x02\\x04\\x00A\\x03\\x01\\x00o\\x01\\x01'\\x02(\\x00C\\x04\\x02\\x11\\x02\\x18\\x00VQ\\x05\\x01\\x00\\x02\\x02\\x00E\\x05\\x01\\x00PQ\\x05\\x03\\x00\\x02\\x02\\x00E\\x06\\x01\\x00J\\x02\\x01\\x00N\\x02\\x01\\x09\\x02j\\x04\\x03\\x02\\x06\\x00\\x02\\x09\\x00h\\x03\\x07\\x00L\\x01\\x02\\x04J\\x01\\x04\\x00@\\x02\\x02\\x02~\\x01\\x03 @\\x01\\x12\\x10@\\x01,\\x00\\x10\\x09\\x17\\x02\\x1c\\x00w\\x01\\x03\\x00\\x02\\x02\\x00\\x0d\\x01\\x00\\x02\\x03\\x04C\\x04\\x03\\x1e\`\\x02\\x10>@\\x01P\\x01!\\x02*5\\x026\\x00\\x1e\\x01\\x0d\\x02\\x0f_\\x01\\x02a\\x01J\\x01\`\\x01o-J\\x01@c\\x03'\\x00@c\\x03\\x06\\x00@c\\x03S\\x0b^\\x02\`~\\x12P\\x01\\x0a\\x10Y\\"\\x00\\x02\\x07T\\x01\\x7f]\\x01-\\x04\\x7f]\\x01C\\x05U\\x02\\x02^\\x02\\x00}m\\x03\\x02_\\x01\\x02h\\x01\\x0e\\x0f\\x10\\x0a\\x0f\\x10\\x0e\\x0f\\x10\\x0e\\x0f\\x10\\x0a\\x0f\\x11\\x07\\x0f\\x0f\\x0e\\x0f \\x0e\\x0f\\x10\\x0e\\x0f\\x10\\x0e\\x0f\\x10\\x02\\x0f\\x02\\x02S\\x02\\x02\\x00\\x11\\x0c\\x06k\\x02\\x04\\x00\\x11\\x0c\\x02\\x0f\\x02\\x02G\\x03\\x0e\\x02\\x0f\\x02\\x02_\\x03\\x02\\x00\\x0d\\x0c\\x02\\x7f\\x03\\x02\\x02{\\x03\\x02\\x00\\x11j\\x04\\x00yj\\x03\\x04\\x00}E\\x04\\x01\\x00KB\\x04\\x07\\x008.\\x1e #\\x00\\x02s\\x0c24J\\x1d^\\x01\`\\x01\`\\x01\\x00\\x02\\x02\\x00mO\\x05\\x01\\x00Kw\\x01\\x01\\x00MO\\x05\\x03\\x05\\x02\\x06\\x00wP\\x05\\x01\\x00yO\\x05\\x01\\x00}P\\x05\\x01\\x00{P\\x05\\x02\\x00\\x02\\x03\\x00\\x02\\x09\\x02}Q\\x05\\x02c\\x01\\x02k\\x01\\x03\\x02\\x07\\x00\\x02Ne\\x07-\\x02@\\x01\\x1b\\x02b\\x02\\x0d\\x02\\x10=\\x02G\\x01\\x03\\x02\\x04\\x00GP\\x11\\x01\\x09\\x02\\x0d\\x00\\x02\\x02\\x00Oi\\x14\\x03\\x03\\x02\\x06\\x13\\x02\\x14\\x00Gj\\x14\\x01\\x00]j\\x14\\x01\\x00Uj\\x14\\x01\\x00Aj\\x14\\x01\\x00Gj\\x14\\x02\\x00ch\\x14\\x01\\x00Si\\x14\\x01\\x00ih\\x14\\x01\\x00@\\x1d\\x01\\x0f\\x02\\x10\\x00_\\x01\\x01\\x00Ej\\x14\\x01\\x00oQ\\x11\\x01\\x03\\x02\\x04\\x00Mk\\x14\\x01\\x0f\\x02\\x10\\x00Ar\\x14\\x19\\x00\\x02l\\\\\\x052@\\x01_\\x13N\\x01P\\x01p\\x02F\\x01P\\x01@\\x03%N\\x01\\x01\\x09N\\x01\\x0c\\x0dN\\x01\\x10\\x05N\\x01\\x08\\x00N\\x01k\\x1bd\\x01@\\x02P\\x03*@\\x01P->@\\x01\`V\\x05>@\\x01\`\\x0106\`i\\x07B\\x01D\\x01"
}

/// Code points that a quoted string shows by number.
fun hidden_table(): ref {
  return "\\x00!\\x0c\\x01R\\x15\\x06\\x16\\x01@\\x03\\x011\\x01@\\x06\\x02P\\x01\\x01]6\\x01M\\x06\\x01q\\x1f\\x10\\x18\\x08/\\x06\\x01\\x0aP>\\x01\\x7f_\\x0a@D\\x02\\x7f\\x17\\x01y\\x03\\x03AC\\x01\\x01\\x0f\\x01bM\\x02\\x10\`a\\x08\\x04OS\\x01\\x08FzB\\x03\\x01\\x1e\`\\x01@~\\x0f~\\x7f\\x0f\\x02~\\x7f\\x0f"
}
`,"utf8.mochi":`// UTF-8 (RFC 3629). A code point is one decoding step: a well-formed sequence, or one byte that starts none.
// So text with stray bytes (from \\x escapes) has counts and indexes too, and a string whose byte and code-point
// counts are equal consists of one-byte steps only.

/// How many bytes the decoding step at p takes; end is the end of the text (p < end).
fun utf8_width(p: i32, end: i32): i32 {
  let b = load8u(p, 0)
  if b < 0xc2 { return 1 }
  if b < 0xe0 { return utf8_tail(p, end, 2, 0x80, 0xbf) }
  if b < 0xf0 {
    return utf8_tail(p, end, 3, if b == 0xe0 { 0xa0 } else { 0x80 }, if b == 0xed { 0x9f } else { 0xbf })
  }
  if b < 0xf5 {
    return utf8_tail(p, end, 4, if b == 0xf0 { 0x90 } else { 0x80 }, if b == 0xf4 { 0x8f } else { 0xbf })
  }
  return 1
}

/// \`width\` if \`width - 1\` continuation bytes follow at p + 1, the first of them from \`low\` to \`high\`; else 1.
/// noinline
fun utf8_tail(p: i32, end: i32, width: i32, low: i32, high: i32): i32 {
  if width > end - p { return 1 }
  let second = load8u(p, 1)
  if second < low || second > high { return 1 }
  for i in 2..width {
    if and(load8u(p + i, 0), 0xc0) != 0x80 { return 1 }
  }
  return width
}

/// The code point of the decoding step at p, whose width is given; U+FFFD for a stray byte.
fun utf8_decode(p: i32, width: i32): i32 {
  let b = load8u(p, 0)
  if width == 1 { return if b < 0x80 { b } else { 0xfffd } }
  var cp = and(b, shr_u(0x7f, width))
  for i in 1..width {
    cp = or(shl(cp, 6), and(load8u(p + i, 0), 0x3f))
  }
  return cp
}

/// Writes a code point at p (room for 4 bytes) and gives the address behind it.
fun utf8_encode(p: i32, cp: i32): i32 {
  if cp < 0x80 {
    store8(p, 0, cp)
    return p + 1
  }
  let width = utf8_size(cp)
  var rest = cp
  var q = p + width - 1
  while q > p {
    store8(q, 0, or(0x80, and(rest, 0x3f)))
    rest = shr_u(rest, 6)
    q = q - 1
  }
  store8(p, 0, or(rest, xor(0xff, shr_u(0xff, width))))
  return p + width
}

/// How many bytes a code point takes.
fun utf8_size(cp: i32): i32 {
  return 1 + i32(cp >= 0x80) + i32(cp >= 0x800) + i32(cp >= 0x10000)
}

/// How many code points (decoding steps) the bytes [p, end) hold.
fun utf8_count(p: i32, end: i32): i32 {
  var n = 0
  var at = p
  while at < end {
    // Eight ASCII bytes at a step.
    while end - at >= 8 && and(load64(at, 0), -9187201950435737472) == 0 {
      at = at + 8
      n = n + 8
    }
    if at < end {
      at = at + (if load8u(at, 0) < 0x80 { 1 } else { utf8_width(at, end) })
      n = n + 1
    }
  }
  return n
}

/// The address \`n\` code points after p, at most end.
fun utf8_skip(p: i32, end: i32, n: i32): i32 {
  var at = p
  var left = n
  while left > 0 && at < end {
    at = at + (if load8u(at, 0) < 0x80 { 1 } else { utf8_width(at, end) })
    left = left - 1
  }
  return at
}
`,"yaml.mochi":`// YAML 1.2 as data files use it: block and flow collections, plain, quoted and block scalars, comments; plain scalars mean what
// they mean to Go's yaml.v3. Anchors, aliases, tags, explicit keys and further documents are not read. The text is in the
// buffer of the file as a whole; scalars of several lines are put together where they lie.

// Where the line of \`file_at\` begins.
var yaml_line: i32 = 0

// ---- load

/// load with format yaml: a list of rows, or one row.
/// noinline
fun load_yaml(path: ref, shape: i32): ref {
  file_begin(path)
  file_read_all()
  yaml_line = file_at
  json_depth = 0
  var rows: ref = none
  if yaml_begin() && (load8u(file_at, 0) == 91 || yaml_at_dash()) {
    rows = ref(yaml_block(-1, shape, false))
  } else {
    rows = list_new(load32(shape, 8), 1)
    if file_at != file_end { input_push(rows, load32(shape, 8), yaml_block(-1, row_shape(shape), false)) }
  }
  if yaml_next() >= 0 { fail_behind() }
  file_close()
  return rows
}

/// Goes to the first content, over directives and the mark of a document; false if there is none.
fun yaml_begin(): bool {
  while true {
    if yaml_marker(45) { file_at = file_at + 3 }
    if yaml_next() < 0 { return false }
    if load8u(file_at, 0) != 37 || file_at != yaml_line { return true }
    while file_at != file_end && load8u(file_at, 0) != 10 { file_at = file_at + 1 }
    if file_at == file_end { return false }
    yaml_new_line()
  }
  return false
}

/// True at three of a character at the beginning of a line, which mark a document.
fun yaml_marker(c: i32): bool {
  if file_at != yaml_line || file_end - file_at < 3 { return false }
  if load8u(file_at, 0) != c || load8u(file_at, 1) != c || load8u(file_at, 2) != c { return false }
  return yaml_blank_at(file_at + 3)
}

/// True if white space is at p, or the end.
fun yaml_blank_at(p: i32): bool {
  if p == file_end { return true }
  let c = load8u(p, 0)
  return c == 32 || c == 10 || c == 13 || c == 9
}

/// Takes the line feed at \`file_at\`.
fun yaml_new_line() {
  file_at = file_at + 1
  yaml_line = file_at
  file_line = file_line + 1
}

/// Goes to the next content, over white space and comments; gives its column, -1 at the end of the document.
fun yaml_next(): i32 {
  while file_at != file_end {
    let c = load8u(file_at, 0)
    if c == 10 {
      yaml_new_line()
      if yaml_marker(45) || yaml_marker(46) { file_at = file_end }
    } else if c == 35 && (file_at == yaml_line || yaml_blank_at(file_at - 1)) {
      while file_at != file_end && load8u(file_at, 0) != 10 { file_at = file_at + 1 }
    } else if c == 9 && yaml_only_spaces() {
      fail_input("tabs cannot indent YAML")
    } else if c == 32 || c == 13 || c == 9 {
      file_at = file_at + 1
    } else {
      return file_at - yaml_line
    }
  }
  return -1
}

/// True if there is content behind the white space at \`file_at\`, and nothing but spaces before it.
fun yaml_only_spaces(): bool {
  var p = yaml_line
  while p != file_at {
    if load8u(p, 0) != 32 { return false }
    p = p + 1
  }
  while p != file_end && (load8u(p, 0) == 32 || load8u(p, 0) == 9) { p = p + 1 }
  return !yaml_blank_at(p) && load8u(p, 0) != 35
}

/// True at the dash of a list's item.
fun yaml_at_dash(): bool {
  return load8u(file_at, 0) == 45 && yaml_blank_at(file_at + 1)
}

/// True if what is at \`file_at\` is a key: a scalar on one line with a colon behind it.
fun yaml_at_key(): bool {
  var p = file_at
  let c = load8u(p, 0)
  if c == 91 || c == 123 { return false }
  if c == 34 || c == 39 {
    p = p + 1
    while p != file_end && load8u(p, 0) != 10 {
      let d = load8u(p, 0)
      let doubled = p + 1 != file_end && d == 39 && load8u(p, 1) == 39
      if d == c && !(c == 39 && doubled) { break }
      if p + 1 != file_end && ((c == 34 && d == 92) || (c == 39 && doubled)) { p = p + 1 }
      p = p + 1
    }
    if p == file_end || load8u(p, 0) != c { return false }
    p = p + 1
    while p != file_end && load8u(p, 0) == 32 { p = p + 1 }
    return p != file_end && load8u(p, 0) == 58 && yaml_blank_at(p + 1)
  }
  while p != file_end && load8u(p, 0) != 10 {
    if load8u(p, 0) == 58 && yaml_blank_at(p + 1) { return true }
    if load8u(p, 0) == 35 && yaml_blank_at(p - 1) { return false }
    p = p + 1
  }
  return false
}

/// The value behind an indicator, in a collection at column \`parent\`. \`after_key\`: behind a key, where no other key can
/// stand on the same line, and where the dashes of a list may be at the column of the keys.
fun yaml_block(parent: i32, shape: i32, after_key: bool): cell {
  let line = file_line
  let col = yaml_next()
  let same = file_line == line && parent >= 0
  if col < 0 { return yaml_nil(shape) }
  if !same && col <= parent && !(after_key && col == parent && yaml_at_dash()) { return yaml_nil(shape) }
  let c = load8u(file_at, 0)
  if yaml_at_dash() {
    if same && after_key { fail_input("the items of a list begin on a line of their own") }
    return cell(yaml_sequence(col, shape))
  }
  if !(same && after_key) && yaml_at_key() { return cell(yaml_mapping(col, shape)) }
  if c == 91 || c == 123 { return yaml_flow(shape) }
  if (c == 124 || c == 62) && parent >= 0 {
    yaml_literal(parent)
    return yaml_scalar(shape, false)
  }
  if c == 34 || c == 39 {
    yaml_quoted()
    return yaml_scalar(shape, false)
  }
  if c == 38 || c == 42 || c == 33 || (c == 63 && yaml_blank_at(file_at + 1)) {
    fail_input("anchors, aliases, tags and explicit keys of YAML are not read")
  }
  if c == 37 || c == 64 || c == 96 { fail_input("no YAML scalar can begin like this") }
  yaml_plain(parent, false)
  return yaml_scalar(shape, true)
}

fun yaml_nil(shape: i32): cell {
  return if shape == 0 { none } else { nil_cell(shape) }
}

/// The list whose first dash is at \`file_at\`, at column \`col\`.
fun yaml_sequence(col: i32, shape: i32): ref {
  json_deeper()
  let list = list_begin(shape)
  let items = item_shape(shape)
  let kind = list_shape_kind(shape)
  while true {
    file_at = file_at + 1
    let item = yaml_block(col, items, false)
    if shape != 0 { input_push(list, kind, item) }
    let next = yaml_follow(col)
    if next != col || !yaml_at_dash() { break }
  }
  json_depth = json_depth - 1
  return list
}

/// Goes to what follows an item of a collection at column \`col\`; gives its column, which is not further in.
fun yaml_follow(col: i32): i32 {
  let line = file_line
  let next = yaml_next()
  if next > col {
    if file_line == line { fail_behind() }
    fail_input("this line is indented more than what it follows")
  }
  return next
}

/// noreturn
fun fail_behind() {
  fail_input("this does not belong to the YAML value before it")
}

/// The map or struct whose first key is at \`file_at\`, at column \`col\`.
fun yaml_mapping(col: i32, shape: i32): ref {
  json_deeper()
  let object = record_begin(shape)
  let is_struct = shape != 0 && load32(shape, 0) == SHAPE_STRUCT
  var seen: ref = none
  if is_struct { seen = seen_new(shape) }
  var bits: i64 = 0
  var last = 0
  while true {
    if !yaml_at_key() { fail_input("here should be a key and a colon") }
    yaml_key(false)
    file_at = file_at + 1
    if is_struct {
      let field = find_field(shape, last, token_at, token_bytes)
      if field == 0 {
        yaml_block(col, 0, true)
      } else {
        last = field
        bits = yaml_seen(shape, field, bits, seen)
        let value = yaml_block(col, load32(field, 12), true)
        cell_store_new(object + load32(field, 4), load32(field, 8), value)
      }
    } else {
      var key: ref = none
      if shape != 0 { key = text_string(token_at, token_bytes) }
      input_field = key
      let value = yaml_block(col, item_shape(shape), true)
      if shape != 0 { cell_store_new(map_put_text(object, key), map_value_kind(object), value) }
    }
    let next = yaml_follow(col)
    if next != col { break }
  }
  if is_struct { check_seen(shape, bits, seen) }
  json_depth = json_depth - 1
  return object
}

/// Notes a field as seen.
fun yaml_seen(shape: i32, field: i32, bits: i64, seen: ref): i64 {
  input_field = loadref(field, 0)
  let i = (field - shape_field(shape, 0)) / FIELD_BYTES
  if seen != 0 {
    store8(seen + i, 8, 1)
    return bits
  }
  return or(bits, shl(1, i64(i)))
}

/// Reads a key into the token; \`file_at\` is at the colon then.
fun yaml_key(flow: bool) {
  let c = load8u(file_at, 0)
  if c == 34 || c == 39 {
    yaml_quoted()
    while file_at != file_end && load8u(file_at, 0) == 32 { file_at = file_at + 1 }
  } else {
    if c == 38 || c == 42 || c == 33 { fail_input("anchors, aliases, tags and explicit keys of YAML are not read") }
    yaml_plain(0x7fffffff, flow)
  }
}

/// A value in a flow collection, or such a collection.
fun yaml_flow(shape: i32): cell {
  if yaml_next() < 0 { fail_flow() }
  let c = load8u(file_at, 0)
  if c == 34 || c == 39 {
    yaml_quoted()
    return yaml_scalar(shape, false)
  }
  if c == 91 {
    json_deeper()
    let list = list_begin(shape)
    file_at = file_at + 1
    while yaml_flow_more(93) {
      let item = yaml_flow(item_shape(shape))
      if shape != 0 { input_push(list, list_shape_kind(shape), item) }
      yaml_flow_comma(93)
    }
    json_depth = json_depth - 1
    return cell(list)
  }
  if c == 123 { return cell(yaml_flow_mapping(shape)) }
  if c == 38 || c == 42 || c == 33 { fail_input("anchors, aliases, tags and explicit keys of YAML are not read") }
  yaml_plain(-1, true)
  return yaml_scalar(shape, true)
}

/// noreturn
fun fail_flow() {
  fail_input("a YAML list or map in brackets is not right")
}

/// True unless the closing bracket comes next, which is taken.
fun yaml_flow_more(close: i32): bool {
  if yaml_next() < 0 { fail_flow() }
  if load8u(file_at, 0) != close { return true }
  file_at = file_at + 1
  return false
}

/// Takes a comma, unless the closing bracket comes next.
fun yaml_flow_comma(close: i32) {
  if yaml_next() < 0 { fail_flow() }
  let c = load8u(file_at, 0)
  if c == 44 {
    file_at = file_at + 1
  } else if c != close {
    fail_flow()
  }
}

fun yaml_flow_mapping(shape: i32): ref {
  json_deeper()
  let object = record_begin(shape)
  let is_struct = shape != 0 && load32(shape, 0) == SHAPE_STRUCT
  var seen: ref = none
  if is_struct { seen = seen_new(shape) }
  var bits: i64 = 0
  var last = 0
  file_at = file_at + 1
  while yaml_flow_more(125) {
    yaml_key(true)
    var field = 0
    var items = item_shape(shape)
    var key: ref = none
    if is_struct {
      field = find_field(shape, last, token_at, token_bytes)
      items = 0
      if field != 0 {
        last = field
        items = load32(field, 12)
        bits = yaml_seen(shape, field, bits, seen)
      }
    } else if shape != 0 {
      key = text_string(token_at, token_bytes)
      input_field = key
    }
    var value: cell = none
    if yaml_next() < 0 { fail_flow() }
    if load8u(file_at, 0) == 58 {
      file_at = file_at + 1
      if yaml_next() < 0 { fail_flow() }
      let c = load8u(file_at, 0)
      value = if c == 44 || c == 125 { yaml_nil(items) } else { yaml_flow(items) }
    } else {
      value = yaml_nil(items)
    }
    if field != 0 {
      cell_store_new(object + load32(field, 4), load32(field, 8), value)
    } else if key != 0 {
      cell_store_new(map_put_text(object, key), map_value_kind(object), value)
    }
    yaml_flow_comma(125)
  }
  if is_struct { check_seen(shape, bits, seen) }
  json_depth = json_depth - 1
  return object
}

// ---- scalars

/// The token as a value of a shape.
fun yaml_scalar(shape: i32, plain: bool): cell {
  let p = token_at
  let n = token_bytes
  if shape == 0 { return none }
  if !plain { return string_cell(shape, p, n) }
  if yaml_is_nil(p, n) { return nil_cell(shape) }
  let kind = load32(shape, 0)
  if kind == SHAPE_STRING { return cell(text_string(p, n)) }
  let truth = yaml_bool(p, n)
  if truth >= 0 { return bool_cell(shape, truth) }
  if yaml_radix(p, n) {
    if kind == SHAPE_FLOAT { return cell_of_f64(f64(read_value)) }
    if kind != SHAPE_ANY && kind != SHAPE_INT { fail_value("int", shape) }
    return cell_of_i64(read_value)
  }
  if text_like_number(p, n) {
    if text_int(p, n) { return number_cell(shape, p, n, false, true) }
    if text_float(p, n) { return number_cell(shape, p, n, true, true) }
    let special = yaml_special(p, n)
    if i64(special) != 0 && (kind == SHAPE_ANY || kind == SHAPE_FLOAT) { return special }
  }
  return string_cell(shape, p, n)
}

/// True for a word in small letters, in capitals, or with a capital first; \`text\` is in small letters.
fun yaml_word(p: i32, n: i32, text: ref): bool {
  if load32(text, 4) != n { return false }
  let q = load32(text, 12)
  for i in 0..n {
    if or(load8u(p + i, 0), 32) != load8u(q + i, 0) { return false }
  }
  if bytes_equal(p, q, n) { return true }
  if and(load8u(p, 0), 32) != 0 { return false }
  // The rest: all capitals, or none.
  if bytes_equal(p + 1, q + 1, n - 1) { return true }
  for i in 1..n {
    if and(load8u(p + i, 0), 32) != 0 { return false }
  }
  return true
}

fun yaml_is_nil(p: i32, n: i32): bool {
  return n == 0 || bytes_are(p, n, "~") || yaml_word(p, n, "null")
}

/// 1 for true, 0 for false, -1 for other words.
fun yaml_bool(p: i32, n: i32): i32 {
  if yaml_word(p, n, "true") { return 1 }
  return if yaml_word(p, n, "false") { 0 } else { -1 }
}

/// Reads 0x1f, 0o17, 0b11 and 017 into \`read_value\`.
fun yaml_radix(p: i32, n: i32): bool {
  if n < 2 || load8u(p, 0) != 48 { return false }
  let c = load8u(p, 1)
  if c == 120 { return n > 2 && load8u(p, 2) != 45 && load8u(p, 2) != 43 && read_int(text_probe(p + 2, n - 2), 16) }
  if c == 111 { return n > 2 && lt_u(load8u(p, 2) - 48, 8) && read_int(text_probe(p + 2, n - 2), 8) }
  if c == 98 { return n > 2 && lt_u(load8u(p, 2) - 48, 2) && read_int(text_probe(p + 2, n - 2), 2) }
  return lt_u(c - 48, 10) && read_int(text_probe(p + 1, n - 1), 8)
}

/// The infinities and NaN; nil for anything else.
fun yaml_special(p: i32, n: i32): cell {
  let signed = load8u(p, 0) != 46
  let q = p + i32(signed)
  let m = n - i32(signed)
  if m != 4 || load8u(q, 0) != 46 { return none }
  if yaml_word(q + 1, 3, "inf") { return cell_of_f64(if load8u(p, 0) == 45 { -1.0 / 0.0 } else { 1.0 / 0.0 }) }
  if !signed && (bytes_are(q + 1, 3, "nan") || bytes_are(q + 1, 3, "NaN") || bytes_are(q + 1, 3, "NAN")) {
    return cell_of_f64(0.0 / 0.0)
  }
  return none
}

/// Reads a plain scalar into the token: up to a comment, a colon before white space or, in a flow collection, one of its
/// indicators; on the next lines too when they are indented more than \`parent\`.
fun yaml_plain(parent: i32, flow: bool) {
  let start = file_at
  var to = file_at
  while true {
    let from = file_at
    var p = from
    while p != file_end {
      let c = load8u(p, 0)
      if c == 10 { break }
      if c == 35 && p != from && yaml_blank_at(p - 1) { break }
      if c == 58 && (yaml_blank_at(p + 1) || (flow && yaml_flow_byte(load8u(p, 1)))) { break }
      if flow && yaml_flow_byte(c) { break }
      p = p + 1
    }
    var q = p
    while q != from && yaml_blank_at(q - 1) { q = q - 1 }
    memory_copy(to, from, q - from)
    to = to + (q - from)
    file_at = p
    if p == file_end || load8u(p, 0) != 10 { break }
    let line = yaml_line
    let number = file_line
    let col = yaml_next()
    if col <= parent || (flow && yaml_flow_byte(load8u(file_at, 0))) || (!flow && yaml_at_key()) {
      file_at = p
      yaml_line = line
      file_line = number
      break
    }
    to = yaml_fold(to, file_line - number)
  }
  token_at = start
  token_bytes = to - start
}

/// The indicators of flow collections: , [ ] { }
fun yaml_flow_byte(c: i32): bool {
  return c == 44 || c == 91 || c == 93 || c == 123 || c == 125
}

/// Writes what a number of line ends in a scalar stand for: a space, or line ends but one.
fun yaml_fold(to: i32, lines: i32): i32 {
  if lines == 1 {
    store8(to, 0, 32)
    return to + 1
  }
  memory_fill(to, 10, lines - 1)
  return to + lines - 1
}

/// Reads a quoted scalar into the token.
fun yaml_quoted() {
  let quote = load8u(file_at, 0)
  let first = file_line
  file_at = file_at + 1
  let start = file_at
  var to = start
  // What escapes have made stays when the white space before a line end goes.
  var solid = start
  while true {
    if file_at == file_end {
      file_line = first
      fail_input("a quoted YAML string does not end")
    }
    let c = load8u(file_at, 0)
    if c == quote {
      file_at = file_at + 1
      if quote == 34 || file_at == file_end { break }
      if load8u(file_at, 0) != 39 { break }
      store8(to, 0, 39)
      to = to + 1
      file_at = file_at + 1
    } else if c == 92 && quote == 34 {
      to = yaml_escape(to)
      solid = to
    } else if c == 10 {
      while to != solid && yaml_blank_at(to - 1) { to = to - 1 }
      let number = file_line
      yaml_skip_lines()
      to = yaml_fold(to, file_line - number)
    } else {
      store8(to, 0, c)
      to = to + 1
      file_at = file_at + 1
    }
  }
  token_at = start
  token_bytes = to - start
}

/// Takes line ends and the white space before and behind them.
fun yaml_skip_lines() {
  while file_at != file_end && yaml_blank_at(file_at) {
    if load8u(file_at, 0) == 10 {
      yaml_new_line()
    } else {
      file_at = file_at + 1
    }
  }
}

/// Reads an escape; writes at \`to\` what it stands for and gives the address behind it.
fun yaml_escape(to: i32): i32 {
  if file_end - file_at < 2 { fail_escape() }
  let c = load8u(file_at, 1)
  file_at = file_at + 2
  if c == 10 || c == 13 {
    file_at = file_at - 1
    let line = file_line
    while file_at != file_end && yaml_blank_at(file_at) && file_line == line {
      if load8u(file_at, 0) == 10 { yaml_new_line() } else { file_at = file_at + 1 }
    }
    while file_at != file_end && (load8u(file_at, 0) == 32 || load8u(file_at, 0) == 9) { file_at = file_at + 1 }
    return to
  }
  if c == 120 { return utf8_encode(to, yaml_hex(2)) }
  if c == 117 {
    let high = yaml_hex(4)
    if and(high, 0xfc00) == 0xd800 && file_end - file_at > 1 {
      if load8u(file_at, 0) == 92 && load8u(file_at, 1) == 117 {
        file_at = file_at + 2
        let low = yaml_hex(4)
        if and(low, 0xfc00) == 0xdc00 { return utf8_encode(to, 0x10000 + shl(high - 0xd800, 10) + low - 0xdc00) }
        fail_escape()
      }
    }
    if and(high, 0xf800) == 0xd800 { fail_escape() }
    return utf8_encode(to, high)
  }
  if c == 85 {
    let cp = yaml_hex(8)
    if gt_u(cp, 0x10ffff) || and(cp, -2048) == 0xd800 { fail_escape() }
    return utf8_encode(to, cp)
  }
  if c == 78 { return utf8_encode(to, 0x85) }
  if c == 95 { return utf8_encode(to, 0xa0) }
  let names = load32("0abt\\tnvfre \\"/\\\\", 12)
  let values = load32("\\x00\\x07\\x08\\t\\t\\n\\x0b\\x0c\\r\\x1b \\"/\\\\", 12)
  for i in 0..14 {
    if load8u(names + i, 0) == c {
      store8(to, 0, load8u(values + i, 0))
      return to + 1
    }
  }
  fail_escape()
  return to
}

/// noreturn
fun fail_escape() {
  fail_input("an escape that YAML does not have")
}

fun yaml_hex(count: i32): i32 {
  var n = 0
  for i in 0..count {
    if file_at == file_end { fail_escape() }
    let c = load8u(file_at, 0)
    var digit = c - 48
    if gt_u(digit, 9) {
      digit = or(c, 32) - 87
      if digit < 10 || digit > 15 { fail_escape() }
    }
    n = or(shl(n, 4), digit)
    file_at = file_at + 1
  }
  return n
}

/// Reads a block scalar (| or >) in a collection at column \`parent\` into the token.
fun yaml_literal(parent: i32) {
  let folded = load8u(file_at, 0) == 62
  file_at = file_at + 1
  var chomp = 0
  var indent = 0
  while !yaml_blank_at(file_at) {
    let c = load8u(file_at, 0)
    if c == 43 || c == 45 {
      chomp = c
    } else if lt_u(c - 49, 9) {
      indent = parent + c - 48
    } else {
      fail_input("a block scalar of YAML begins with | or >, then - or + and a digit")
    }
    file_at = file_at + 1
  }
  while file_at != file_end && load8u(file_at, 0) != 10 { file_at = file_at + 1 }
  let start = file_at
  var to = start
  // Line ends that are not written yet.
  var ends = 0
  var some = false
  var deeper = false
  while file_at != file_end {
    let line = file_at + 1
    var p = line
    while p != file_end && load8u(p, 0) == 32 { p = p + 1 }
    var end = p
    while end != file_end && load8u(end, 0) != 10 { end = end + 1 }
    var last = end
    if last != p && load8u(last, -1) == 13 { last = last - 1 }
    if last == p && (indent == 0 || p - line <= indent) {
      if end == file_end {
        file_at = end
        break
      }
      ends = ends + 1
    } else {
      if indent == 0 { indent = p - line }
      if p - line < indent || indent <= parent { break }
      let space = p - line > indent || load8u(p, 0) == 9
      if folded && some && !space && !deeper {
        if ends == 1 {
          to = yaml_fold(to, 1)
        } else {
          to = yaml_fold(to, ends)
        }
      } else {
        memory_fill(to, 10, ends)
        to = to + ends
      }
      memory_copy(to, line + indent, last - line - indent)
      to = to + (last - line - indent)
      some = true
      deeper = space
      ends = i32(end != file_end)
    }
    yaml_new_line()
    file_at = end
  }
  if some && chomp != 45 {
    if chomp == 0 && ends > 1 { ends = 1 }
    memory_fill(to, 10, ends)
    to = to + ends
  }
  token_at = start
  token_bytes = to - start
}

// ---- save

/// save with format yaml: a list of rows, or the row if there is one only.
/// noinline
fun save_yaml(rows: cell, path: ref) {
  let list = save_rows(rows)
  save_begin(path)
  if load32(list, 4) == 1 {
    write_yaml(list_cell_at(list, 0), 0, 0, none)
  } else {
    write_yaml(cell(list), 0, 0, none)
  }
  save_end()
}

/// Writes a value and a line end. A collection goes to column \`indent\`, its first line to where the output is.
/// \`depth\` and \`anchor\` as for write_value.
fun write_yaml(c: cell, indent: i32, depth: i32, anchor: ref) {
  let kind = cell_kind(c)
  if kind == KIND_LIST && load32(ref(c), 4) != 0 {
    let list = ref(c)
    let inner = next_anchor(list, depth, anchor)
    for i in 0..load32(list, 4) {
      if i != 0 { write_indent(indent) }
      out_str("- ")
      let item = list_cell_at(list, i)
      // Behind a dash a collection begins on the same line; a scalar's further lines are two columns further in.
      write_yaml(item, indent + 2, depth + 1, inner)
    }
  } else if kind == KIND_STRUCT || (kind == KIND_MAP && load32(ref(c), 4) != 0) {
    let inner = next_anchor(ref(c), depth, anchor)
    let keys = yaml_keys(c)
    for i in 0..load32(keys, 4) {
      let key = loadref(list_at(keys, i, 4), 8)
      if i != 0 { write_indent(indent) }
      write_yaml_text(key, true, 0)
      let value = cell_field(c, key)
      out_byte(58)
      // The next column that is a multiple of four.
      let further = and(indent + 4, -4)
      if yaml_is_block(value) {
        out_newline()
        write_indent(further)
      } else {
        out_byte(32)
      }
      write_yaml(value, further, depth + 1, inner)
    }
  } else {
    write_yaml_scalar(c, kind, indent)
    if kind != KIND_STRING || !yaml_ends_line(ref(c)) { out_newline() }
  }
}

/// True for lists and maps that are not empty.
fun yaml_is_block(c: cell): bool {
  let kind = cell_kind(c)
  return kind == KIND_STRUCT || ((kind == KIND_LIST || kind == KIND_MAP) && load32(ref(c), 4) != 0)
}

/// True for text that has been written as a block scalar up to its last line end.
fun yaml_ends_line(s: ref): bool {
  return yaml_style(s, false) == STYLE_LITERAL
}

fun write_indent(columns: i32) {
  for i in 0..columns {
    out_byte(32)
  }
}

/// The keys of a map or struct as strings: letters in order, numbers within them by their value.
fun yaml_keys(c: cell): ref {
  let sorted = cell_keys(c)
  let count = load32(sorted, 4)
  let keys = list_new(ELEM_REF, count)
  for i in 0..count {
    let key = key_text(list_cell_at(sorted, i))
    list_push<ref>(keys, key)
    // Insertion: keys are few, and nearly in order.
    var at = i
    while at > 0 && yaml_key_less(key, loadref(list_at(keys, at - 1, 4), 8)) {
      storeref(list_at(keys, at, 4), 8, loadref(list_at(keys, at - 1, 4), 8))
      at = at - 1
    }
    storeref(list_at(keys, at, 4), 8, key)
  }
  return keys
}

fun is_digit(c: i32): bool {
  return lt_u(c - 48, 10)
}

fun is_letter(c: i32): bool {
  return lt_u(or(c, 32) - 97, 26) || c >= 128
}

fun yaml_key_less(a: ref, b: ref): bool {
  let p = load32(a, 12)
  let q = load32(b, 12)
  let n = load32(a, 4)
  let m = load32(b, 4)
  var digits = false
  var i = 0
  while i < n && i < m {
    let x = load8u(p + i, 0)
    let y = load8u(q + i, 0)
    if x == y {
      digits = is_digit(x)
    } else {
      if is_letter(x) && is_letter(y) { return x < y }
      if is_letter(x) || is_letter(y) { return if digits { is_letter(x) } else { is_letter(y) } }
      // Zeros count as digits of the number that goes on, unless nothing but zeros is before them.
      var v: i64 = 0
      if x == 48 || y == 48 {
        var j = i - 1
        while j >= 0 && is_digit(load8u(p + j, 0)) {
          if load8u(p + j, 0) != 48 {
            v = 1
            break
          }
          j = j - 1
        }
      }
      var w = v
      var s = i
      while s < n && is_digit(load8u(p + s, 0)) {
        v = v * 10 + i64(load8u(p + s, 0) - 48)
        s = s + 1
      }
      var t = i
      while t < m && is_digit(load8u(q + t, 0)) {
        w = w * 10 + i64(load8u(q + t, 0) - 48)
        t = t + 1
      }
      if v != w { return v < w }
      if s != t { return s < t }
      return x < y
    }
    i = i + 1
  }
  return n < m
}

fun write_yaml_scalar(c: cell, kind: i32, indent: i32) {
  if kind == 0 {
    out_str("null")
  } else if kind == KIND_STRING {
    write_yaml_text(ref(c), false, indent)
  } else if kind == KIND_LIST {
    out_str("[]")
  } else if kind == KIND_MAP {
    out_str("{}")
  } else if kind == CELL_FLOAT {
    let x = cell_raw_float(c)
    if x != x {
      out_str(".nan")
    } else if x - x != 0.0 {
      out_str(if x > 0.0 { ".inf" } else { "-.inf" })
    } else {
      out_f64(x)
    }
  } else {
    out_str(value_str(c))
  }
}

let STYLE_PLAIN = 0
let STYLE_SINGLE = 1
let STYLE_DOUBLE = 2
let STYLE_LITERAL = 3

/// How yaml.v3 writes a text: plain where it can be read back as it is; on several lines when it has line ends; in single
/// quotes when characters in it mean something else, in double quotes when it would be read as another type or needs escapes.
fun yaml_style(s: ref, key: bool): i32 {
  let p = load32(s, 12)
  let n = load32(s, 4)
  let end = p + n
  var lines = false
  var tabs = false
  var special = false
  var indicators = false
  // A space before a line end, or at the end of the text: no block scalar shows it.
  var space_before_end = false
  var q = p
  while q != end {
    let c = load8u(q, 0)
    let width = if c < 128 { 1 } else { utf8_width(q, end) }
    let blank_after = q + width == end || load8u(q + width, 0) == 32 || load8u(q + width, 0) == 10 || load8u(q + width, 0) == 9
    if c == 10 {
      lines = true
      if q != p && load8u(q, -1) == 32 { space_before_end = true }
    } else if c == 9 {
      tabs = true
    } else if !yaml_printable(q, width) {
      special = true
    } else if c == 35 {
      if q == p || yaml_white(load8u(q, -1)) { indicators = true }
    } else if c == 58 {
      if blank_after { indicators = true }
    } else if q == p {
      if (c == 45 || c == 63) && blank_after { indicators = true }
      if yaml_indicator(c) { indicators = true }
    }
    q = q + width
  }
  if n == 0 { return STYLE_DOUBLE }
  if n >= 3 && (load32(p, 0) * 256 == 0x2d2d2d00 || load32(p, 0) * 256 == 0x2e2e2e00) { indicators = true }
  let outer_space = load8u(p, 0) == 32 || load8u(end, -1) == 32
  if lines {
    // The lines of a block scalar show neither spaces at its beginning nor at the end of a line.
    if key || special || space_before_end || load8u(end, -1) == 32 || load8u(p, 0) == 32 || load8u(p, 0) == 10 { return STYLE_DOUBLE }
    return STYLE_LITERAL
  }
  if special || tabs || yaml_other_type(p, n) || (key && bytes_are(p, n, "<<")) { return STYLE_DOUBLE }
  return if indicators || outer_space { STYLE_SINGLE } else { STYLE_PLAIN }
}

fun yaml_white(c: i32): bool {
  return c == 32 || c == 9 || c == 10 || c == 13
}

/// , [ ] { } # & * ! | > ' " % @ \`
fun yaml_indicator(c: i32): bool {
  return yaml_flow_byte(c) || c == 35 || c == 38 || c == 42 || c == 33 || c == 124 || c == 62 || c == 39 || c == 34 || c == 37 || c == 64 || c == 96
}

/// True for characters that need no escape.
fun yaml_printable(p: i32, width: i32): bool {
  let c = load8u(p, 0)
  if width == 1 { return c >= 32 && c < 127 }
  if width == 4 { return false }
  let cp = utf8_decode(p, width)
  return cp >= 0xa0 && cp != 0xfeff && cp != 0x2028 && cp != 0x2029 && cp < 0xfffe
}

/// True for text that would be read as something else when it stood plain.
fun yaml_other_type(p: i32, n: i32): bool {
  if yaml_is_nil(p, n) || yaml_bool(p, n) >= 0 { return true }
  if n <= 3 {
    if yaml_word(p, n, "y") || yaml_word(p, n, "n") || yaml_word(p, n, "yes") || yaml_word(p, n, "no") { return true }
    if yaml_word(p, n, "on") || yaml_word(p, n, "off") { return true }
  }
  if !text_like_number(p, n) { return false }
  if yaml_radix(p, n) || i64(yaml_special(p, n)) != 0 { return true }
  // Numbers with underscores, base 60, dates: nothing but these characters.
  let probe = text_probe(p, n)
  if read_float(probe) || read_int(probe, 10) { return true }
  var marks = false
  var q = p
  while q != p + n {
    let c = load8u(q, 0)
    if c == 58 || c == 95 {
      marks = true
    } else if !is_digit(c) && c != 46 && !(q == p && (c == 45 || c == 43)) {
      return yaml_date(p, n)
    }
    q = q + 1
  }
  return marks
}

/// True for text that begins as 2024-12-31, followed by nothing or a time.
fun yaml_date(p: i32, n: i32): bool {
  if n < 8 || !is_digit(load8u(p, 0)) || !is_digit(load8u(p, 1)) || !is_digit(load8u(p, 2)) || !is_digit(load8u(p, 3)) { return false }
  if load8u(p, 4) != 45 || !is_digit(load8u(p, 5)) { return false }
  var i = if is_digit(load8u(p, 6)) { 7 } else { 6 }
  if i + 1 >= n || load8u(p + i, 0) != 45 || !is_digit(load8u(p + i, 1)) { return false }
  i = i + 2
  if i < n && is_digit(load8u(p + i, 0)) { i = i + 1 }
  return i == n || or(load8u(p + i, 0), 32) == 116 || load8u(p + i, 0) == 32
}

/// Writes a text in its style; the lines of a block scalar go to column \`indent\`.
fun write_yaml_text(s: ref, key: bool, indent: i32) {
  let style = yaml_style(s, key)
  var p = load32(s, 12)
  let end = p + load32(s, 4)
  if style == STYLE_PLAIN {
    out_bytes(p, end - p)
  } else if style == STYLE_SINGLE {
    out_byte(39)
    while p != end {
      if load8u(p, 0) == 39 { out_byte(39) }
      out_byte(load8u(p, 0))
      p = p + 1
    }
    out_byte(39)
  } else if style == STYLE_DOUBLE {
    out_byte(34)
    while p != end {
      let c = load8u(p, 0)
      let width = if c < 128 { 1 } else { utf8_width(p, end) }
      if c == 34 || c == 92 {
        out_byte(92)
        out_byte(c)
      } else if yaml_printable(p, width) {
        out_bytes(p, width)
      } else {
        write_yaml_escape(utf8_decode(p, width))
      }
      p = p + width
    }
    out_byte(34)
  } else {
    write_yaml_lines(p, end, indent)
  }
  keep(s)
}

/// A block scalar with its last line end.
fun write_yaml_lines(start: i32, end: i32, indent: i32) {
  out_byte(124)
  if load8u(end, -1) != 10 {
    out_byte(45)
  } else if load8u(end, -2) == 10 {
    out_byte(43)
  }
  out_newline()
  var p = start
  while p != end {
    if load8u(p, 0) != 10 { write_indent(indent) }
    while p != end && load8u(p, 0) != 10 {
      out_byte(load8u(p, 0))
      p = p + 1
    }
    out_newline()
    if p != end { p = p + 1 }
  }
}

fun write_yaml_escape(cp: i32) {
  out_byte(92)
  let values = load32("\\x00\\x07\\x08\\t\\n\\x0b\\x0c\\r\\x1b", 12)
  let names = load32("0abtnvfre", 12)
  for i in 0..9 {
    if load8u(values + i, 0) == cp {
      out_byte(load8u(names + i, 0))
      return
    }
  }
  if cp == 0x85 || cp == 0xa0 {
    out_byte(if cp == 0x85 { 78 } else { 95 })
  } else {
    var shift = 4
    var mark = 120
    if cp > 0xffff {
      shift = 28
      mark = 85
    } else if cp > 0xff {
      shift = 12
      mark = 117
    }
    out_byte(mark)
    while shift >= 0 {
      let digit = and(shr_u(cp, shift), 15)
      out_byte(digit + (if digit < 10 { 48 } else { 55 }))
      shift = shift - 4
    }
  }
}
`};function sourceFile(path,text){return{path,text:text.charCodeAt(0)===65279?text.slice(1):text}}var TABLE="(table)";function noReturnFuncs(module){let found=new Set,candidates=[];for(let func of module.funcs.values())hasReturn(func)||candidates.push(func);for(let changed=!0;changed;){changed=!1;for(let func of candidates)found.has(func.name)||fallsThrough(func.body,name=>found.has(name))||(found.add(func.name),changed=!0)}return found}function hasReturn(func){let found=!1;return walkStmts2(func.body,s=>{s.op==="return"&&(found=!0)}),found}function collectingFuncs(module,noReturn,collect3=COLLECT){let callers=new Map,note=(callee,caller)=>{let list=callers.get(callee);list?list.push(caller):callers.set(callee,[caller])};for(let func of module.funcs.values())walk(func.body,e=>{e.op==="call"?noReturn.has(e.func)||note(e.func,func.name):e.op==="callIndirect"?note(TABLE,func.name):e.op==="funcIndex"&&note(e.func,TABLE)});for(let datum of module.data.values())for(let reloc of datum.relocs)"func"in reloc&&note(reloc.func,TABLE);let found=new Set([collect3]),queue=[collect3];for(let name=queue.pop();name!==void 0;name=queue.pop())for(let caller of callers.get(name)??[])found.has(caller)||(found.add(caller),queue.push(caller));return{func:name=>found.has(name)&&!noReturn.has(name),indirect:found.has(TABLE)}}function cseModule(module){let noReturn=noReturnFuncs(module),funcs=new Map;for(let func of module.funcs.values())funcs.set(func.name,func.display===void 0?func:cseFunc(func,name=>noReturn.has(name)));return{...module,funcs}}function cseFunc(func,noReturn){let sets=new Uint32Array(func.locals.length),gets=new Uint32Array(func.locals.length);walk(func.body,e=>{e.op==="get"&&gets[e.local]++},s=>{s.op==="set"&&sets[s.local]++});let available=new Map,users=new Map,names=new Map,assign=local=>{let keys2=users.get(local);if(keys2){for(let key of keys2)available.delete(key);users.delete(local)}},learn=(e,key,fact,mine)=>{available.set(key,fact),mine.push(key),walk([{op:"do",value:e}],part=>{if(part.op!=="get")return;let keys2=users.get(part.local);keys2?keys2.push(key):users.set(part.local,[key])})},expr2=e=>e.op==="get"?names.get(e.local)??e:mapExpr(e,{expr:expr2,body:list}),list=stmts2=>{let mine=[],named=[],out=[],isSame=!0;for(let i=0;i<stmts2.length;i++){let s=stmts2[i];s.op==="loop"&&walkStmts2(s.body,inner=>{inner.op==="set"&&assign(inner.local)});let mapped=mapStmt(s,{expr:expr2,body:list}),test=mapped.op==="if"||mapped.op==="brIf"?keyOf2(mapped.cond):void 0;if(test!==void 0&&available.get(`?${test}`)==="false"){isSame=!1,mapped.op==="if"&&out.push(...mapped.else);continue}if(mapped.op==="set"){let key=mapped.value.op==="num"?keyOf2(mapped.value):void 0;if(assign(mapped.local),key!==void 0&&sets[mapped.local]===1&&mapped.local>=func.params.length){let type=func.locals[mapped.local],known=available.get(key);if(known&&known!=="false"&&known.type===type){if(usesIn(stmts2,i+1,mapped.local)===gets[mapped.local]){names.set(mapped.local,known),named.push(mapped.local),isSame=!1;continue}}else learn(mapped.value,key,{op:"get",type,local:mapped.local},mine)}}if(out.push(mapped),mapped!==s&&(isSame=!1),test===void 0)continue;(mapped.op==="brIf"||mapped.op==="if"&&!fallsThrough(mapped.then,noReturn))&&!assignsOperand(s,mapped)&&learn(mapped.cond,`?${test}`,"false",mine)}for(let key of mine)available.delete(key);for(let local of named)names.delete(local);return isSame?stmts2:out},usesIn=(stmts2,start2,local)=>{let uses=0;for(let i=start2;i<stmts2.length;i++)walk([stmts2[i]],e=>{e.op==="get"&&e.local===local&&uses++});return uses},body=list(func.body);return body===func.body?func:copyFunc(func,body)}function assignsOperand(s,{cond}){let assigned=new Set;walkStmts2([s],inner=>{inner.op==="set"&&assigned.add(inner.local)});let found=!1;return walk([{op:"do",value:cond}],e=>{e.op==="get"&&assigned.has(e.local)&&(found=!0)}),found}function keyOf2(e,depth=3){switch(e.op){case"const":return`${e.type} ${Object.is(e.value,-0)?"-0":e.value}`;case"get":return`$${e.local}`;case"as":return keyOf2(e.value,depth);case"num":{if(depth===0||mayTrap(e.code))return;let text=`(${e.code}`;for(let arg2 of e.args){let part=keyOf2(arg2,depth-1);if(part===void 0)return;text+=` ${part}`}return`${text})`}default:return}}function constantGlobals(module){let constants=new Map;for(let g of module.globals.values())constants.set(g.name,{op:"const",type:g.type,value:g.init});let visited=new Set,queue=[],waiting=new Map,func=name=>{let found=module.funcs.get(name);!found||visited.has(name)||(visited.add(name),queue.push(()=>list(found.body)))},known=(e,used)=>{switch(e.op){case"const":return e;case"global":return used.add(e.name),constants.get(e.name);case"num":{let args2=[];for(let arg2 of e.args){let value3=known(arg2,used);if(!value3)return;args2.push(value3)}let value2=foldNum({...e,args:args2});return value2.op==="const"?value2:void 0}case"if":{let cond=known(e.cond,used);return cond&&known(Number(cond.value)===0?e.else:e.then,used)}default:return}},branch=(cond,yes,no)=>{let used=new Set,value2=known(cond,used);if(!value2){expr2(cond),yes(),no();return}(Number(value2.value)===0?no:yes)();let done=!1,again=()=>{done||(done=!0,branch(cond,yes,no))};for(let name of used){let list2=waiting.get(name);list2?list2.push(again):waiting.set(name,[again])}},expr2=e=>{if((e.op==="call"||e.op==="funcIndex")&&func(e.func),e.op==="if"){branch(e.cond,()=>expr2(e.then),()=>expr2(e.else));return}e.op==="seq"&&list(e.body);for(let part of operands(e))expr2(part)},list=stmts2=>{for(let s of stmts2)stmt2(s)},stmt2=s=>{if(s.op==="if"){branch(s.cond,()=>list(s.then),()=>list(s.else));return}if(s.op==="setGlobal"){let before=constants.get(s.name);before&&!(s.value.op==="const"&&Object.is(s.value.value,before.value))&&(constants.delete(s.name),queue.push(...waiting.get(s.name)??[]))}for(let part of stmtOperands(s))expr2(part);(s.op==="block"||s.op==="loop")&&list(s.body)};for(let name of module.exports.values())func(name);for(let datum of module.data.values())for(let reloc of datum.relocs)"func"in reloc&&func(reloc.func);for(let visit=queue.pop();visit;visit=queue.pop())visit();return constants}function foldModule(module){let noReturn=noReturnFuncs(module),facts={noReturn:name=>noReturn.has(name),globals:constantGlobals(module)},funcs=new Map;for(let func of module.funcs.values())funcs.set(func.name,foldFunc(func,facts));return{...module,funcs}}var ROUNDS=2;function foldFunc(func,facts){let current=func;for(let round2=0;round2<ROUNDS;round2++){let body=foldBody(current,facts);if(body===current.body)break;current=copyFunc(current,body)}return current}var ONE={op:"const",type:"i32",value:1},ZERO={op:"const",type:"i32",value:0};function localOf(e){return e.op==="as"?localOf(e.value):e.op==="get"?e.local:void 0}function zeroTest(e){return e.op==="num"&&(e.code==="i32.eqz"||e.code==="i64.eqz")?localOf(e.args[0]):void 0}var hasStmts=e=>someStmt(e,()=>!0);function isPure2(e){return e.op==="call"||e.op==="callIndirect"||e.op==="memoryGrow"||e.op==="seq"||e.op==="num"&&mayTrap(e.code)?!1:operands(e).every(isPure2)}function isTimeless(e){return e.op==="load"||e.op==="global"||e.op==="memorySize"?!1:isPure2(e)&&operands(e).every(isTimeless)}function isCheap(e,depth=2){return e.op==="get"||e.op==="const"||e.op==="data"?!0:depth===0?!1:e.op==="num"?!mayTrap(e.code)&&e.args.every(arg2=>isCheap(arg2,depth-1)):e.op==="as"&&isCheap(e.value,depth)}function count(func){let gets=new Uint32Array(func.locals.length),sets=new Uint32Array(func.locals.length);return walk(func.body,e=>{e.op==="get"&&gets[e.local]++},s=>{s.op==="set"&&sets[s.local]++}),{gets,sets}}function foldBody(func,{noReturn,globals}){let{gets,sets}=count(func),values2=new Array(func.locals.length),settled=new Uint8Array(func.locals.length);for(let i=0;i<func.params.length;i++)sets[i]===0&&(settled[i]=1);let nonZero=new Uint8Array(func.locals.length),facts=0,jumps2=new Map,expr2=e=>{switch(e.op){case"get":{let value2=values2[e.local];if(!value2)return e;let source=value2.op==="as"?value2.value:value2;return source.op==="get"&&gets[source.local]++,value2}case"global":return globals.get(e.name)??e;case"seq":{let mark=[],stmts2=list(e.body,mark),value2=expr2(e.value);if(forget(mark),stmts2.length===0)return value2;let last=stmts2.at(-1);if(last.op==="set"&&gets[last.local]===1&&sets[last.local]===1){let direct=replaceIn(value2,last.local,last.value);if(direct)return stmts2.length===1?direct:{...e,body:stmts2.slice(0,-1),value:direct}}return value2.op==="seq"?{...value2,body:[...stmts2,...value2.body]}:stmts2===e.body&&value2===e.value?e:{...e,body:stmts2,value:value2}}case"if":{let cond=expr2(e.cond);return cond.op==="const"?expr2(Number(cond.value)===0?e.else:e.then):foldIf(e,cond,expr2(e.then),expr2(e.else))}default:return simplify(mapExpr(e,{expr:expr2,body:list}))}},simplify=e=>{switch(e.op){case"num":return foldNum(e);case"as":return e.value.type===e.type||e.value.op==="as"||e.value.op==="const"?as(e.type,e.value):e;case"select":return e.cond.op==="const"&&isPure2(e.then)&&isPure2(e.else)?Number(e.cond.value)===0?e.else:e.then:e;case"load":{let moved=intoOffset(e.addr,e.offset);return moved?{...e,...moved}:e}default:return e}},foldIf=(e,full,yes,no)=>{let cond=decide(truth2(full));if(cond.op==="const")return Number(cond.value)===0?no:yes;if(e.type==="i32"&&isBoolean(full)){let yesIs=yes.op==="const"?yes.value:void 0,noIs=no.op==="const"?no.value:void 0;if(yesIs===1&&noIs===0)return full;if(yesIs===0&&noIs===1)return negate(full);if(noIs===0&&isBoolean(yes)&&isCheap(yes))return num("i32.and",full,yes);if(yesIs===1&&isBoolean(no)&&isCheap(no))return num("i32.or",full,no)}return cond===e.cond&&yes===e.then&&no===e.else?e:{...e,cond,then:yes,else:no}},forget=mark=>{for(let local of mark)local<0?(nonZero[~local]&&facts--,nonZero[~local]=0):(values2[local]=void 0,settled[local]=0)},learnNonZero=(local,mark)=>{local===void 0||nonZero[local]||(nonZero[local]=1,facts++,mark.push(~local))},decide=cond=>{if(facts===0)return cond;let local=localOf(cond);if(local!==void 0&&nonZero[local])return ONE;let zero3=zeroTest(cond);return zero3!==void 0&&nonZero[zero3]?ZERO:cond},body=(stmts2,notZero)=>{let mark=[];learnNonZero(notZero,mark);let out=list(stmts2,mark);return forget(mark),out},goesOn=s=>{switch(s.op){case"br":case"switch":case"return":case"unreachable":return!1;case"do":return!(s.value.op==="call"&&noReturn(s.value.func));case"if":return s.else.length===0||endGoesOn(s.then)||endGoesOn(s.else);case"loop":return endGoesOn(s.body);default:return!0}},endGoesOn=stmts2=>stmts2.length===0||goesOn(stmts2[stmts2.length-1]),unlearn=s=>{(s.op==="set"||s.op==="if"||s.op==="block"||s.op==="loop"||stmtOperands(s).some(hasStmts))&&walkStmts2([s],inner=>{inner.op==="set"&&nonZero[inner.local]&&(nonZero[inner.local]=0,facts--)})},list=(stmts2,mark=[])=>{let out=[],same2=!0;for(let i=0;i<stmts2.length;i++){let before=out.length;facts>0&&unlearn(stmts2[i]),stmt2(stmts2[i],out,mark),(out.length!==before+1||out[before]!==stmts2[i])&&(same2=!1);let last=out[out.length-1];if(out.length>before&&!goesOn(last)){if(last.op==="do"){let span=last.value.op==="call"?last.value.span:void 0;if(stmts2[i+1]?.op==="unreachable"&&i+2===stmts2.length)continue;out.push({op:"unreachable",span}),same2=!1}i+1<stmts2.length&&(same2=!1);break}}let forwarded=forward(out);return forwarded||(same2?stmts2:out)},forward=stmts2=>{let changed=!1;for(let i=stmts2.length-2;i>=0;i--){let s=stmts2[i];if(s.op!=="set")continue;let test=stmts2[i+1];if(s.value.op==="num"&&s.value.code==="i64.add"&&(test.op==="if"||test.op==="brIf")){let cond=overflowTest(s.local,s.value,test.cond);cond&&(stmts2[i+1]={...test,cond},changed=!0)}if(gets[s.local]!==1||sets[s.local]!==1)continue;let next=substituteFirst(stmts2[i+1],s.local,s.value);next&&(stmts2.splice(i,2,next),changed=!0)}return changed?stmts2:void 0},jump=label=>{jumps2.set(label,(jumps2.get(label)??0)+1)},stmt2=(s,out,mark)=>{switch(s.op){case"set":{let value2=hoist(expr2(s.value),out);if(gets[s.local]===0){effects2(value2,out);return}if(value2.op==="get"&&value2.local===s.local)return;sets[s.local]===1&&s.local>=func.params.length&&(settled[s.local]=1,mark.push(s.local),isSettled(value2)&&(values2[s.local]=value2)),out.push(value2===s.value?s:{...s,value:value2});return}case"do":if(s.value.op==="call"||s.value.op==="callIndirect"){let value2=expr2(s.value),flat=hoist(value2,out);flat.op==="call"||flat.op==="callIndirect"?out.push(flat===s.value?s:{...s,value:flat}):effects2(flat,out);return}effects2(hoist(expr2(s.value),out),out);return;case"if":{let cond=decide(truth2(hoist(expr2(s.cond),out)));if(cond.op==="const"){out.push(...body(Number(cond.value)===0?s.else:s.then));return}let yes=body(s.then,localOf(cond)),no=body(s.else,zeroTest(cond));endGoesOn(yes)||learnNonZero(zeroTest(cond),mark),yes.length===0&&no.length===0?effects2(cond,out):yes.length===0?pushIf({op:"if",cond:negate(cond),then:no,else:[]},out):cond===s.cond&&yes===s.then&&no===s.else?pushIf(s,out):pushIf({op:"if",cond,then:yes,else:no},out);return}case"block":{let outer=jumps2.get(s.label);jumps2.set(s.label,0);let inner=body(s.body),last=inner.at(-1);last?.op==="br"&&last.label===s.label&&(inner=inner.slice(0,-1),jumps2.set(s.label,jumps2.get(s.label)-1));let used=jumps2.get(s.label);jumps2.set(s.label,outer??0),used===0?out.push(...inner):out.push(inner===s.body?s:{...s,body:inner});return}case"loop":{let outer=jumps2.get(s.label);jumps2.set(s.label,0);let inner=body(s.body),used=jumps2.get(s.label);jumps2.set(s.label,outer??0),used===0?out.push(...inner):out.push(inner===s.body?s:{...s,body:inner});return}case"br":jump(s.label),out.push(s);return;case"brIf":{let cond=decide(truth2(hoist(expr2(s.cond),out)));if(cond.op==="const"){if(Number(cond.value)===0)return;jump(s.label),out.push({op:"br",label:s.label});return}jump(s.label),learnNonZero(zeroTest(cond),mark),out.push(cond===s.cond?s:{...s,cond});return}case"switch":for(let label of s.labels)jump(label);jump(s.otherwise),out.push(mapStmt(s,{expr:expr2,body:b=>body(b)}));return;case"return":case"setGlobal":{if(!s.value){out.push(s);return}let value2=hoist(expr2(s.value),out);s.op==="setGlobal"&&globals.has(s.name)?effects2(value2,out):out.push(value2===s.value?s:{...s,value:value2});return}case"keep":{let value2=expr2(s.value);if(value2.op==="const"||value2.op==="data")return;out.push(value2===s.value?s:{...s,value:value2});return}case"store":{let[addr,value2]=hoistAll([expr2(s.addr),expr2(s.value)],out),moved=intoOffset(addr,s.offset);moved?out.push({...s,...moved,value:value2}):out.push(addr===s.addr&&value2===s.value?s:{...s,addr,value:value2});return}default:out.push(mapStmt(s,{expr:expr2,body:b=>body(b)}))}},pushIf=(s,out)=>{let[only]=s.then;s.then.length===1&&only.op==="br"?out.push({op:"brIf",label:only.label,cond:s.cond},...s.else):s.else.length===1&&s.else[0].op==="br"&&endGoesOn(s.then)?out.push({op:"brIf",label:s.else[0].label,cond:negate(s.cond)},...s.then):out.push(s)},isSettled=e=>e.op==="as"?isSettled(e.value):e.op==="const"||e.op==="data"||e.op==="funcIndex"?!0:e.op==="num"&&e.code==="i32.add"?e.args[0].op==="data"&&e.args[1].op==="const":e.op==="get"&&settled[e.local]===1;return body(func.body)}function hoist(e,out){switch(e.op){case"seq":return out.push(...e.body),hoist(e.value,out);case"as":{let value2=hoist(e.value,out);return value2===e.value?e:{...e,value:value2}}case"load":{let addr=hoist(e.addr,out);return addr===e.addr?e:{...e,addr}}case"if":{let cond=hoist(e.cond,out);return cond===e.cond?e:{...e,cond}}case"num":case"call":{let args2=hoistAll(e.args,out);return args2===e.args?e:{...e,args:args2}}default:return e}}function hoistAll(parts,out){let result;for(let i=0;i<parts.length;i++){let part=parts[i];if(i>0&&!isPure2(part)&&parts.slice(0,i).some(earlier=>assignsAny(part,earlier)))break;let value2=hoist(part,out);if(value2!==part&&(result??=parts.slice(),result[i]=value2),!isTimeless(value2))break}return result??parts}function overflowTest(sum3,value2,cond){if(value2.op!=="num"||value2.code!=="i64.add"||cond.op!=="num"||cond.code!=="i64.lt_s")return;let[x,constant2]=value2.args,[sign,zero3]=cond.args;if(x?.op!=="get"||x.local===sum3||constant2?.op!=="const"||zero3?.op!=="const"||zero3.value!==0n||sign?.op!=="num"||sign.code!=="i64.and"||sign.args.some(side=>side.op!=="num"||side.code!=="i64.xor"))return;let added=BigInt.asIntN(64,BigInt(constant2.value)),sums=0,terms=0,constants=0,expected=added;for(let side of sign.args){if(side.op!=="num"||side.code!=="i64.xor")return;let hasSum=side.args.some(e=>e.op==="get"&&e.local===sum3);for(let e of side.args)if(e.op==="get"&&e.local===sum3)sums++;else if(e.op==="get"&&e.local===x.local)terms++;else if(e.op==="const")constants++,expected=BigInt.asIntN(64,hasSum?BigInt(e.value):-BigInt(e.value));else return}if(!(constants!==1||!(sums===2&&terms===1||sums===1&&terms===2)||expected!==added||added===0n)&&added!==-(1n<<63n))return num(added>0n?"i64.lt_s":"i64.gt_s",{op:"get",type:"i64",local:sum3},x)}function effects2(e,out){if(!isPure2(e)){switch(e.op){case"seq":out.push(...e.body),effects2(e.value,out);return;case"num":if(mayTrap(e.code))break;for(let arg2 of e.args)effects2(arg2,out);return;case"as":effects2(e.value,out);return;case"load":effects2(e.addr,out);return;case"if":{let yes=[],no=[];effects2(e.then,yes),effects2(e.else,no),out.push({op:"if",cond:e.cond,then:yes,else:no});return}default:}out.push({op:"do",value:e})}}function intoOffset(addr,offset2){if(addr.op!=="num"||addr.code!=="i32.add")return;let[base,constant2]=addr.args;if(constant2.op!=="const"||Number(constant2.value)<0)return;let whole=base.op==="as"?base.value:base;if(!(whole.type!=="ref"&&whole.op!=="data"))return{addr:base,offset:offset2+Number(constant2.value)}}function substituteFirst(s,local,value2){if(s.op==="block"||s.op==="loop"||s.op==="br"||s.op==="unreachable"||s.op==="keep")return;let parts=stmtOperands(s),replaced=replaceFirst(parts,local,value2);if(!replaced)return;let i=0;return mapStmt(s,{expr:e=>i<replaced.length?replaced[i++]:e,body:b=>b})}function replaceFirst(parts,local,value2){for(let i=0;i<parts.length;i++){let part=parts[i],found=replaceIn(part,local,value2);if(found){let out=parts.slice();return out[i]=found,out}if(!mayPass(part,value2))return}}function mayPass(part,value2){return part.op==="const"||part.op==="data"||part.op==="funcIndex"?!0:isTimeless(value2)?isPure2(part)||!assignsAny(part,value2):part.op==="get"&&!assigns2(value2,part.local)}function assignsAny(part,value2){let found=!1;return walkExpr(value2,e=>{e.op==="get"&&assigns2(part,e.local)&&(found=!0)}),found}function replaceIn(e,local,value2){switch(e.op){case"get":return e.local===local?value2:void 0;case"as":{let inner=replaceIn(e.value,local,value2);return inner&&{...e,value:inner}}case"load":{let inner=replaceIn(e.addr,local,value2);return inner&&{...e,addr:inner}}case"num":case"call":{let args2=replaceFirst(e.args,local,value2);return args2&&{...e,args:args2}}case"if":{let cond=replaceIn(e.cond,local,value2);return cond&&{...e,cond}}case"select":{let parts=replaceFirst([e.then,e.else,e.cond],local,value2);return parts&&{...e,then:parts[0],else:parts[1],cond:parts[2]}}default:return}}var MOST_VALUES=16,MOST_RELOADS=6;function hoistModule(module){let effects3,funcs=new Map;for(let func of module.funcs.values()){if(func.display===void 0||!hasLoop(func.body)){funcs.set(func.name,func);continue}effects3??=callEffects(module),funcs.set(func.name,hoistFunc(func,effects3))}return{...module,funcs}}function hasLoop(body){let found=!1;return walkStmts2(body,s=>{s.op==="loop"&&(found=!0)}),found}var NONE2={kind:"none"},ANY2={kind:"any"},ALLOCATING=/^rt\.(alloc|alloc_zero|alloc_any|alloc_slow|collect|list_new|elems_new)$/,LIST_SLOW=/^rt\.list_(?:set|append)_slow\$(bool|i64|f64|ref|cell)$/,KIND_WIDTH={bool:1,i64:8,f64:8,ref:4,cell:8};function callEffects(module){let noReturn=noReturnFuncs(module),known=new Map,readsOnly=name=>{if(noReturn.has(name)||ALLOCATING.test(name))return!0;let before=known.get(name);if(before!==void 0)return before;known.set(name,!1);let func=module.funcs.get(name);if(!func)return!1;let writes=!1;return walk(func.body,e=>{(e.op==="callIndirect"||e.op==="memoryGrow"||e.op==="call"&&!writes&&!readsOnly(e.func))&&(writes=!0)},s=>{(s.op==="store"||s.op==="memoryCopy"||s.op==="memoryFill")&&(writes=!0)}),known.set(name,!writes),!writes};return({func})=>{if(readsOnly(func))return NONE2;let slow=LIST_SLOW.exec(func);return slow?{kind:"list",width:KIND_WIDTH[slow[1]]}:ANY2}}var WIDTH={"i32.store":4,"i32.store8":1,"i32.store16":2,"i64.store":8,"i64.store32":4,"f64.store":8};function changesOf(loop2,effects3,isBuffer){let assigned=new Set,words=[],elements=new Set,reloads=0,hopeless=!1,rare=new Set,branches=part=>{let note=e=>{e.op==="call"&&rare.add(e)};Array.isArray(part)?walk(part,note):walkExpr(part,note)};return walk(loop2.body,e=>{e.op==="if"&&(branches(e.then),branches(e.else))},s=>{s.op==="if"&&(branches(s.then),branches(s.else))}),walk(loop2.body,e=>{if(e.op==="callIndirect")hopeless=!0;else if(e.op==="call"){let effect=effects3(e);effect.kind==="any"?hopeless=!0:effect.kind==="list"&&(rare.has(e)||(hopeless=!0),reloads++,elements.add(effect.width))}},s=>{if(s.op==="set")assigned.add(s.local);else if(s.op==="memoryCopy"||s.op==="memoryFill")hopeless=!0;else if(s.op==="store"){let bytes=WIDTH[s.code];s.addr.type==="ref"?words.push({offset:s.offset,bytes}):isElementAddress(s.addr,isBuffer)?elements.add(bytes):hopeless=!0}}),hopeless||reloads>MOST_RELOADS?void 0:{assigned,words,elements,reloads}}function isElementAddress(e,isBuffer){let base=e.op==="num"&&e.code==="i32.add"?e.args[0]:e,value2=base.op==="seq"?base.value:base;return value2.op==="get"?isBuffer(value2.local):value2.op==="load"&&value2.code==="i32.load"&&value2.offset===12&&value2.addr.type==="ref"}var LOAD_WIDTH={"i32.load8_u":1,"i32.load":4,"i64.load":8,"f64.load":8},same=(a,b)=>a.op==="get"&&b.op==="get"&&a.local===b.local||a.op==="const"&&b.op==="const"&&a.value===b.value;function compared(cond,at2){if(cond.op!=="num"||cond.code!=="i64.ge_u")return;let[left,right]=cond.args;return left.op==="get"&&left.local===at2?right:void 0}function hoistFunc(original,effects3){let func=copyFunc(original),buffers=new Set,isBuffer=local=>buffers.has(local),sets=new Uint32Array(func.locals.length);walkStmts2(func.body,s=>{s.op==="set"&&sets[s.local]++});let gets=Array.from(countGets(func.body,func.locals.length)),fresh=type=>{let local=addLocal(func,type);return func.localNames?.push(void 0),get(local,type)},list=stmts2=>{let out;return stmts2.forEach((s,i)=>{let before=s.op==="loop"?loop2(s):[mapStmt(s,{expr:expr2,body:list})];!out&&!(before.length===1&&before[0]===s)&&(out=stmts2.slice(0,i)),out?.push(...before)}),out??stmts2},expr2=e=>mapExpr(e,{expr:expr2,body:list}),loop2=s=>{let inner=list(s.body),current=inner===s.body?s:{...s,body:inner},changes=changesOf(current,effects3,isBuffer);if(!changes||changes.reloads>0&&hasLoop(current.body))return[current];let before=[],body2=hoistLoop(current,changes,before);return body2===current.body?[current]:(count2(current.body,-1),count2(body2,1),count2(before,1),[...before,{...current,body:body2}])},count2=(stmts2,times)=>{walk(stmts2,e=>{e.op==="get"&&(gets[e.local]=(gets[e.local]??0)+times)})},hoistLoop=(s,changes,before)=>{let assigned=new Set(changes.assigned),current=moveSteady(s.body,assigned,before),values2=[],cache=new Map,names=new Map,owners=new Map,indexes2=new Map,lasting=new Set,mineToName=new Set,steady=e=>e.op==="const"||e.op==="get"&&!assigned.has(e.local),resolve2=e=>e.op==="get"?names.get(e.local)??e:e,value2=(key,type,source)=>{let known=cache.get(key);if(known)return known;if(values2.length>=MOST_VALUES)return;let from=source(),made=fresh(type);return values2.push({local:made.local,source:from}),cache.set(key,made),mineToName.add(made.local),made},word2=(base,code,type,offset2)=>{let end=offset2+(code==="f64.load"||code==="i64.load"?8:4);if(changes.words.some(w=>w.offset<end&&offset2<w.offset+w.bytes))return;let load3={op:"load",type,code,addr:base,offset:offset2},made=value2(`${base.local} ${code} ${type} ${offset2}`,type,()=>load3);if(made)return owners.set(made.local,base.local),code!=="i32.load"||type!=="i32"?made:(offset2===12&&buffers.add(made.local),{op:"seq",type,body:[{op:"keep",value:base}],value:made})},element=load3=>{let bytes=LOAD_WIDTH[load3.code];if(bytes===void 0||changes.elements.has(bytes)||load3.addr.op!=="num"||load3.offset!==8)return;let[buffer,offset2]=load3.addr.args;if(load3.addr.code!=="i32.add"||buffer.op!=="seq"||buffer.value.op!=="get")return;let wrapped=offset2.op==="num"&&offset2.code==="i32.shl"?offset2.args[0]:offset2,index2=wrapped.op==="num"&&wrapped.code==="i32.wrap_i64"?wrapped.args[0]:void 0,known=index2?.op==="get"?indexes2.get(index2.local):void 0;if(!known||owners.get(buffer.value.local)!==known.base)return;let made=value2(`${known.base} ${load3.code} ${load3.type} ${known.index.local}`,load3.type,()=>({op:"if",type:load3.type,cond:inRange(known),then:load3,else:zero(load3.type)}));return made&&lasting.add(made.local),made},inRange=({index:index2,length:length2})=>num("i64.lt_u",index2,length2),position2=(stmts2,i)=>{let[start2,test]=[stmts2[i],stmts2[i+1]];if(start2.op!=="set"||sets[start2.local]!==2||test?.op!=="if"||test.else.length>0)return;let[negative,fail2]=test.then;if(test.then.length!==2||negative.op!=="set"||fail2.op!=="if")return;let at2=start2.local,from=resolve2(start2.value),length2=resolve2(compared(test.cond,at2)??start2.value),inner=compared(fail2.cond,at2);if(!steady(from)||length2.op!=="get"||!inner)return;let base=owners.get(length2.local),sum3=rewrite(negative.value);if(base===void 0||negative.local!==at2||sum3.op!=="num"||sum3.code!=="i64.add"||!same(sum3.args[0],from)||!same(sum3.args[1],length2)||!same(resolve2(inner),length2)||!usedBeforeChange(stmts2,i+2,at2,gets[at2]-2))return;let key=from.op==="get"?`local ${from.local}`:`${from.value}`,index2=value2(`${base} at ${key}`,"i64",()=>({op:"select",type:"i64",cond:num("i64.lt_s",from,i64(0)),then:num("i64.add",from,length2),else:from}));if(!index2)return;let known={base,index:index2,length:length2};return indexes2.set(index2.local,known),names.set(at2,index2),[{op:"if",cond:num("i64.ge_u",index2,length2),then:rewriteList(fail2.then),else:[]}]},rewrite=e=>{if(e.op==="get")return resolve2(e);if(e.op==="load"){let base=e.addr.op==="get"?resolve2(e.addr):void 0;if(base&&base.type==="ref"&&/^(i32\.load|i64\.load|i64\.load32_u|f64\.load)$/.test(e.code)&&steady(base)){let made=word2(base,e.code,e.type,e.offset);if(made)return made}let mapped=mapExpr(e,{expr:rewrite,body:rewriteList});return mapped.op==="load"&&element(mapped)||mapped}return mapExpr(e,{expr:rewrite,body:rewriteList})},rewriteList=stmts2=>{let mine=[],out=[],isSame=!0;for(let i=0;i<stmts2.length;i++){let s2=stmts2[i],test=position2(stmts2,i);if(test){mine.push(s2.local),out.push(...test),isSame=!1,i++;continue}let mapped=mapStmt(s2,{expr:rewrite,body:rewriteList});if(mapped!==s2&&(isSame=!1),out.push(mapped),mapped.op!=="set"||sets[mapped.local]!==1)continue;let from=mapped.value.op==="seq"?mapped.value.value:mapped.value;from.op!=="get"||from.type!==func.locals[mapped.local]||!mineToName.has(from.local)||!lasting.has(from.local)&&!usedBeforeChange(stmts2,i+1,mapped.local,gets[mapped.local])||(names.set(mapped.local,from),mine.push(mapped.local))}for(let local of mine)names.delete(local);return isSame?stmts2:out},usedBeforeChange=(stmts2,start2,local,uses)=>{let end=stmts2.length;if(changes.reloads>0)for(end=start2;end<stmts2.length&&!changesLists(stmts2[end]);)end++;return usesOf(stmts2.slice(start2,end),local)===uses},changesLists=s2=>{let found=!1;return walk([s2],e=>{e.op==="call"&&effects3(e).kind==="list"&&(found=!0)}),found};if(current=rewriteList(current),values2.length===0)return current;let read=values2.map(v=>set(v.local,v.source));return before.push(...read),changes.reloads===0?current:reloading(current,effects3,read,fresh)},moveSteady=(stmts2,assigned,before)=>{let move=inner=>{let out;return inner.forEach((s,i)=>{if(s.op==="set"&&sets[s.local]===1&&s.local>=func.params.length&&isSteady(s.value,assigned)&&usesOf(inner.slice(i+1),s.local)===gets[s.local]){assigned.delete(s.local),before.push(s),out??=inner.slice(0,i);return}let mapped=mapStmt(s,{expr:e=>e,body:move});mapped!==s&&(out??=inner.slice(0,i)),out?.push(mapped)}),out??inner};return move(stmts2)},body=list(func.body);return body===original.body?original:(func.body=body,func)}function isSteady(e,assigned,depth=2){return e.op==="const"||e.op==="data"?!0:e.op==="get"?!assigned.has(e.local):depth===0?!1:e.op==="num"?!mayTrap(e.code)&&e.args.every(arg2=>isSteady(arg2,assigned,depth-1)):e.op==="as"&&isSteady(e.value,assigned,depth)}function countGets(stmts2,locals){let gets=new Uint32Array(locals);return walk(stmts2,e=>{e.op==="get"&&gets[e.local]++}),gets}function usesOf(stmts2,local){let uses=0;return walk(stmts2,e=>{e.op==="get"&&e.local===local&&uses++}),uses}function reloading(stmts2,effects3,read,fresh){let changes=e=>e.op==="call"&&effects3(e).kind==="list",expr2=e=>{let mapped=mapExpr(e,{expr:expr2,body});if(!changes(e))return mapped;let result=fresh(mapped.type);return{op:"seq",type:mapped.type,body:[set(result.local,mapped),...read],value:result}},body=list=>list.flatMap(s=>s.op==="do"&&s.value.type===void 0&&changes(s.value)?[{...s,value:mapExpr(s.value,{expr:expr2,body})},...read]:[mapStmt(s,{expr:expr2,body})]);return body(stmts2)}var SMALL=14,SINGLE=300,LARGE=2e4;function inlineModule(module){return inlineWhere(module,(func,shape)=>func.inline==="always"||shape.simple&&shape.nodes<=SMALL)}function inlineSingle(module){let calls=new Map,count2=(name,n)=>{calls.set(name,(calls.get(name)??0)+n)};for(let func of module.funcs.values())walk(func.body,e=>{e.op==="call"?count2(e.func,1):e.op==="funcIndex"&&count2(e.func,2)});for(let name of module.exports.values())count2(name,2);for(let datum of module.data.values())for(let reloc of datum.relocs)"func"in reloc&&count2(reloc.func,2);let noReturn=noReturnFuncs(module);return inlineWhere(module,(func,shape)=>calls.get(func.name)===1&&shape.nodes<=SINGLE&&!noReturn.has(func.name))}function inlineWhere(module,wanted){let done=new Map,candidates=new Map,busy=new Set,finish2=func=>{let known=done.get(func.name);if(known)return known;busy.add(func.name);let callees=[];walk(func.body,e=>{if(e.op!=="call")return;let callee=module.funcs.get(e.func);callee&&mayInline(callee)&&!done.has(e.func)&&!busy.has(e.func)&&callees.push(callee)});for(let callee of callees)busy.has(callee.name)||finish2(callee);let result=inlineInto(func,candidate);return busy.delete(func.name),done.set(func.name,result),result},candidate=name=>{if(candidates.has(name))return candidates.get(name);let func=done.get(name);if(!func||busy.has(name))return;let made=candidateOf(func,wanted);return candidates.set(name,made),made},funcs=new Map;for(let func of module.funcs.values())funcs.set(func.name,finish2(func));return{...module,funcs}}var mayInline=func=>func.inline!=="never"&&func.display===void 0;function candidateOf(func,wanted){if(!mayInline(func))return;let nodes=0,simple=!0,recursive=!1,assigned=func.params.map(()=>!1);if(walk(func.body,e=>{nodes++,(e.op==="call"||e.op==="callIndirect")&&(simple=!1,e.op==="call"&&e.func===func.name&&(recursive=!0))},s=>{nodes++,s.op==="loop"?simple=!1:s.op==="set"&&s.local<assigned.length&&(assigned[s.local]=!0)}),!recursive&&wanted(func,{nodes,simple}))return{func,assigned,labels:maxLabel(func.body)+1,nodes}}function inlineInto(func,candidate){let locals=func.locals.slice(),localNames=locals.map((_,i)=>func.localNames?.[i]),nextLabel=-1,budget=LARGE,expr2=e=>{let mapped=mapExpr(e,{expr:expr2,body});if(mapped.op!=="call")return mapped;let callee=choose(mapped);return callee?inlineCall(mapped,callee):mapped},choose=call=>{let callee=candidate(call.func);if(!(!callee||callee.func.inline!=="always"&&budget<0))return budget-=callee.nodes,nextLabel<0&&(nextLabel=maxLabel(func.body)+1),callee},body=list=>{let out;return list.forEach((s,i)=>{if(s.op==="do"&&s.value.op==="call"&&s.value.type===void 0){let args2=mapSame(s.value.args,expr2),call=args2===s.value.args?s.value:{...s.value,args:args2},callee=choose(call);(callee||call!==s.value)&&(out??=list.slice(0,i)),callee?out.push(...inlineStmt(call,callee)):out?.push(call===s.value?s:{...s,value:call});return}let mapped=mapStmt(s,{expr:expr2,body});mapped!==s&&(out??=list.slice(0,i)),out?.push(mapped)}),out??list},bindArguments=(call,{func:callee,assigned},out)=>{let values2=[],fresh=(type,name)=>{let local=locals.push(type)-1;return localNames[local]=name,{op:"get",type,local}};call.args.forEach((arg2,i)=>{let plain=arg2.op==="as"?arg2.value:arg2,constant2=plain.op==="const"||plain.op==="data"||plain.op==="funcIndex",stable=plain.op==="get"&&!call.args.slice(i+1).some(later=>assigns2(later,plain.local));if(!assigned[i]&&(constant2||stable)){values2.push(arg2);return}let local=fresh(callee.params[i],callee.localNames?.[i]);out.push({op:"set",local:local.local,value:arg2}),values2.push(local)});for(let i=callee.params.length;i<callee.locals.length;i++)values2.push(fresh(callee.locals[i],callee.localNames?.[i]));return values2},renamed=(call,callee,values2)=>{let base=nextLabel;return nextLabel+=callee.labels,rename(callee.func.body,values2,base,call.span)},inlineCall=(call,callee)=>{let out=[],type=callee.func.result,values2=bindArguments(call,callee,out),copy=renamed(call,callee,values2),value2=asExpr(copy,type);if(value2)return out.length===0?value2:{op:"seq",type,body:out,value:value2};let label=nextLabel++,result=locals.push(type)-1;return localNames[result]=void 0,out.push({op:"block",label,body:replaceReturns(copy,v=>[{op:"set",local:result,value:v},{op:"br",label}])}),{op:"seq",type,body:out,value:{op:"get",type,local:result}}},inlineStmt=(call,callee)=>{let out=[],values2=bindArguments(call,callee,out),copy=withoutTailReturns(renamed(call,callee,values2));if(!hasReturn2(copy))return[...out,...copy];let label=nextLabel++;return out.push({op:"block",label,body:replaceReturns(copy,()=>[{op:"br",label}])}),out},rebuilt=body(func.body);return rebuilt===func.body?func:{...func,locals,localNames,body:rebuilt}}function rename(stmts2,values2,base,span){let expr2=e=>{if(e.op==="get")return values2[e.local];let mapped=mapExpr(e,{expr:expr2,body});return span&&(mapped.op==="call"||mapped.op==="callIndirect")&&!mapped.span?{...mapped,span}:mapped},body=list=>mapSame(list,stmt2),stmt2=s=>{let mapped=mapStmt(s,{expr:expr2,body});switch(mapped.op){case"set":return{...mapped,local:values2[mapped.local].local};case"block":case"loop":case"br":case"brIf":return base===0?mapped:{...mapped,label:mapped.label+base};case"switch":return{...mapped,labels:mapped.labels.map(l=>l+base),otherwise:mapped.otherwise+base};case"unreachable":return span&&!mapped.span?{...mapped,span}:mapped;default:return mapped}};return body(stmts2)}function hasReturn2(stmts2){let found=!1;return walkStmts2(stmts2,s=>{s.op==="return"&&(found=!0)}),found}function asExpr(stmts2,type){for(let i=0;i<stmts2.length;i++){let s=stmts2[i],prefix=stmts2.slice(0,i),seq2=value2=>prefix.length===0?value2:{op:"seq",type,body:prefix,value:value2};if(s.op==="return")return exprReturns(s.value)?void 0:seq2(s.value);if(s.op==="if"&&hasReturn2([s])){if(exprReturns(s.cond))return;let rest=stmts2.slice(i+1),yesEnds=!fallsThrough(s.then),noEnds=!fallsThrough(s.else);if(!yesEnds&&!noEnds)return;let yes=asExpr(yesEnds?s.then:[...s.then,...rest],type),no=yes&&asExpr(noEnds?s.else:[...s.else,...rest],type);return yes&&no&&seq2({op:"if",type,cond:s.cond,then:yes,else:no})}if(hasReturn2([s]))return}return fallsThrough(stmts2)?void 0:{op:"seq",type,body:stmts2,value:zero(type)}}var exprReturns=e=>someStmt(e,s=>s.op==="return");function withoutTailReturns(stmts2){for(let i=0;i<stmts2.length;i++){let s=stmts2[i];if(s.op==="return")return stmts2.slice(0,i);if(s.op==="if"&&hasReturn2([s])){let rest=stmts2.slice(i+1),yesEnds=!fallsThrough(s.then),noEnds=!fallsThrough(s.else);return!yesEnds&&!noEnds&&rest.length>0?stmts2:[...stmts2.slice(0,i),{op:"if",cond:s.cond,then:withoutTailReturns(yesEnds?s.then:[...s.then,...rest]),else:withoutTailReturns(noEnds?s.else:[...s.else,...rest])}]}}return stmts2}function replaceReturns(stmts2,leave){let expr2=e=>mapExpr(e,{expr:expr2,body}),body=list=>list.flatMap(s=>s.op==="return"?leave(s.value&&expr2(s.value)):[mapStmt(s,{expr:expr2,body})]);return body(stmts2)}function lintModule(module,options={}){let problems=[];for(let[name,func]of module.funcs)func.name!==name&&problems.push(`${name}: is named ${func.name}`),lintFunc(module,func,options,problems);let known=name=>module.funcs.has(name)||module.imports.has(name)||options.external?.(name)!==void 0;for(let[exported,name]of module.exports)known(name)||problems.push(`export ${exported}: no function ${name}`);for(let datum of module.data.values())for(let reloc of datum.relocs)(reloc.at<0||reloc.at+4>datum.bytes.length)&&problems.push(`${datum.name}: relocation outside`),"data"in reloc?!module.data.has(reloc.data)&&!isLinkerAddress(reloc.data)&&problems.push(`${datum.name}: no datum ${reloc.data}`):module.funcs.has(reloc.func)||problems.push(`${datum.name}: no function ${reloc.func}`);return problems}function lintFunc(module,func,options,problems){let report2=message=>{problems.push(`${func.name}: ${message}`)};func.params.forEach((type,i)=>{func.locals[i]!==type&&report2(`parameter ${i} is ${type} but local ${i} is ${func.locals[i]}`)});let labels=[],same2=(have,want,what,e)=>{have!==want&&report2(`${what} is ${have??"nothing"}, not ${want}${e?`: ${printExpr(e).slice(0,80)}`:""}`)},word2=(e,what)=>{(e.type===void 0||WASM_TYPE[e.type]!=="i32")&&report2(`${what} is ${e.type}, not i32: ${printExpr(e)}`)},value2=e=>{expr2(e),e.type===void 0&&report2(`call of ${e.op==="call"?e.func:"a table entry"} has no value but is used`)},args2=(params,given,what)=>{for(let arg2 of given)value2(arg2);params.length!==given.length?report2(`${what}: ${given.length} arguments, not ${params.length}`):params.forEach((type,i)=>{same2(given[i].type,type,`${what}: argument ${i}`,given[i])})},global=name=>{if(name===STACK_POINTER)return"i32";let found=module.globals.get(name);return!found&&!(options.external&&name.startsWith("rt."))&&report2(`no global ${name}`),found?.type};function expr2(e){switch(e.op){case"const":(e.type==="i64"||e.type==="cell")!=(typeof e.value=="bigint")&&report2(`constant ${e.value} of type ${e.type}`);return;case"get":same2(e.type,func.locals[e.local]??e.type,`get of local ${e.local}`),func.locals[e.local]===void 0&&report2(`no local ${e.local}`);return;case"global":{let type=global(e.name);type&&same2(e.type,type,`global ${e.name}`);return}case"num":{let signature2=NUMERIC_SIGNATURES.get(e.code);if(!signature2){report2(`unknown instruction ${e.code}`);return}WASM_TYPE[e.type]!==signature2.result&&report2(`${e.code} gives ${signature2.result}, not ${e.type}`),signature2.params.length!==e.args.length&&report2(`${e.code} has ${e.args.length} operands`),e.args.forEach((arg2,i)=>{value2(arg2),arg2.type&&WASM_TYPE[arg2.type]!==signature2.params[i]&&report2(`operand ${i} of ${e.code} is ${arg2.type}: ${printExpr(e).slice(0,100)}`)});return}case"as":value2(e.value),e.value.type&&WASM_TYPE[e.value.type]!==WASM_TYPE[e.type]&&report2(`as ${e.type} of ${e.value.type}`);return;case"load":value2(e.addr),word2(e.addr,"address"),WASM_TYPE[e.type]!==e.code.slice(0,3)&&report2(`${e.code} gives no ${e.type}`);return;case"call":{let target=module.funcs.get(e.func)??module.imports.get(e.func)??options.external?.(e.func);if(!target){report2(`no function ${e.func}`);return}args2(target.params,e.args,e.func),e.type!==target.result&&report2(`call of ${e.func} has type ${e.type}, not ${target.result}`);return}case"callIndirect":args2(e.params,e.args,"indirect call"),value2(e.target),same2(e.target.type,"i32","target of an indirect call");return;case"funcIndex":!module.funcs.has(e.func)&&!options.external?.(e.func)&&report2(`no function ${e.func}`);return;case"data":!module.data.has(e.name)&&!isLinkerAddress(e.name)&&report2(`no datum ${e.name}`);return;case"if":case"select":value2(e.cond),value2(e.then),value2(e.else),word2(e.cond,"condition"),same2(e.then.type,e.type,"then value",e.then),same2(e.else.type,e.type,"else value",e.else);return;case"seq":body(e.body),value2(e.value),same2(e.value.type,e.type,"value of seq",e.value);return;case"memorySize":return;case"memoryGrow":value2(e.pages),word2(e.pages,"pages");return;default:assertNever(e)}}function body(list){for(let s of list)stmt2(s)}let jump=label=>{labels.includes(label)||report2(`jump to label ${label}, which is not around it`)};function stmt2(s){switch(s.op){case"set":value2(s.value),func.locals[s.local]===void 0?report2(`no local ${s.local}`):same2(s.value.type,func.locals[s.local],`value for local ${s.local}`,s.value);return;case"setGlobal":{value2(s.value);let type=global(s.name);type&&same2(s.value.type,type,`value for global ${s.name}`),module.globals.get(s.name)?.mutable===!1&&report2(`global ${s.name} is not mutable`);return}case"store":value2(s.addr),value2(s.value),word2(s.addr,"address"),s.value.type&&WASM_TYPE[s.value.type]!==s.code.slice(0,3)&&report2(`${s.code} of ${s.value.type}`);return;case"do":expr2(s.value);return;case"keep":value2(s.value);return;case"if":value2(s.cond),word2(s.cond,"condition"),body(s.then),body(s.else);return;case"block":case"loop":labels.includes(s.label)&&report2(`label ${s.label} is used twice`),labels.push(s.label),body(s.body),labels.pop();return;case"br":jump(s.label);return;case"brIf":value2(s.cond),word2(s.cond,"condition"),jump(s.label);return;case"switch":value2(s.value),same2(s.value.type,"i32","switch value");for(let label of s.labels)jump(label);jump(s.otherwise);return;case"return":s.value&&value2(s.value),s.value?.type!==func.result&&report2(`returns ${s.value?.type??"nothing"}, not ${func.result??"nothing"}`);return;case"unreachable":return;case"memoryCopy":for(let e of[s.to,s.from,s.bytes])value2(e),word2(e,"operand of memory.copy");return;case"memoryFill":for(let e of[s.to,s.byte,s.bytes])value2(e),word2(e,"operand of memory.fill");return;default:assertNever(s)}}body(func.body),func.result&&fallsThrough(func.body)&&report2("can reach its end without returning a value")}function reach(module,runtime){let out=emptyModule(),queue=[],needFunc=name=>{if(out.funcs.has(name)||out.imports.has(name))return;let imported=module.imports.get(name)??(module.funcs.has(name)?void 0:runtime?.importFunc(name));if(imported){out.imports.set(name,imported);return}let func=module.funcs.get(name)??runtime?.need(name);if(!func)throw new Error(`no function ${name}`);out.funcs.set(name,func),queue.push(func)},needData=name=>{if(out.data.has(name)||isLinkerAddress(name)&&!(name===TYPE_TABLE&&module.data.has(name)))return;let datum=module.data.get(name)??runtime?.datum(name);if(!datum)throw new Error(`no datum ${name}`);out.data.set(name,datum);for(let reloc of datum.relocs)"data"in reloc?needData(reloc.data):needFunc(reloc.func)},needGlobal=name=>{if(out.globals.has(name))return;let known=module.globals.get(name);if(!known&&name===STACK_POINTER)return;let global=known??runtime?.global(name);if(!global)throw new Error(`no global ${name}`);out.globals.set(name,global)},onExpr=e=>{switch(e.op){case"call":case"funcIndex":needFunc(e.func);break;case"data":needData(e.name);break;case"global":needGlobal(e.name);break;default:}},onStmt=s=>{s.op==="setGlobal"&&needGlobal(s.name)};for(let[exported,name]of module.exports)out.exports.set(exported,name),needFunc(name);for(let func of queue)walk(func.body,onExpr,onStmt);return out}var isRoot=type=>type==="ref"||type==="cell",SLOT=8;function addRoots(module,options={}){let collect3=options.collect??COLLECT;if(!module.funcs.has(collect3)&&!module.imports.has(collect3))return module;let noReturn=noReturnFuncs(module),collecting=collectingFuncs(module,noReturn,collect3),inMemory=new Set;for(let global of module.globals.values())global.mutable&&isRoot(global.type)&&inMemory.add(global.name);let funcs=new Map,frames=!1;for(let func of module.funcs.values()){let moved=inMemory.size>0?moveGlobals(func,inMemory):func,rooted=rootFunc(moved,collecting);rooted!==moved&&(frames=!0),funcs.set(func.name,rooted)}let globals=new Map(module.globals);return frames&&globals.set(STACK_POINTER,{name:STACK_POINTER,type:"i32",mutable:!0,init:0}),{...module,funcs,globals}}function moveGlobals(func,inMemory){let address3=name=>({op:"data",type:"i32",name:ROOT_GLOBAL+name}),expr2=e=>{if(e.op==="global"&&inMemory.has(e.name)){let code=e.type==="ref"?"i32.load":"i64.load";return{op:"load",type:e.type,code,addr:address3(e.name),offset:0}}return mapExpr(e,{expr:expr2,body})},body=list=>mapSame(list,stmt2),stmt2=s=>{if(s.op==="setGlobal"&&inMemory.has(s.name)){let value2=expr2(s.value);return{op:"store",code:value2.type==="ref"?"i32.store":"i64.store",addr:address3(s.name),offset:0,value:value2}}return mapStmt(s,{expr:expr2,body})},moved=body(func.body);return moved===func.body?func:{...func,body:moved}}function rootFunc(func,collecting){let calls=collectingNodes(func.body,collecting);if(calls.size===0)return func;let bound=bindTemporaries(func,calls),marks=bound===func?calls:collectingNodes(bound.body,collecting),sites=liveAcross(bound,marks,collecting);if(sites.size===0)return func;let{inFrame,around}=placeSlots(bound,sites);return addFrames(bound,sites,inFrame,around,marks)}var isCollectingCall=(e,collecting)=>e.op==="call"?collecting.func(e.func):e.op==="callIndirect"&&collecting.indirect;function collectingNodes(body,collecting){let marked=new Set,expr2=e=>{let found=isCollectingCall(e,collecting);e.op==="seq"&&list(e.body)&&(found=!0);for(let part of operands(e))expr2(part)&&(found=!0);return found&&marked.add(e),found},list=stmts2=>{let found=!1;for(let s of stmts2)stmt2(s)&&(found=!0);return found},stmt2=s=>{let found=!1;for(let part of stmtOperands(s))expr2(part)&&(found=!0);return s.op==="if"?(list(s.then)&&(found=!0),list(s.else)&&(found=!0)):(s.op==="block"||s.op==="loop")&&list(s.body)&&(found=!0),found&&marked.add(s),found};return list(body),marked}function isHeld(e){return e.op==="as"?isHeld(e.value):e.op==="const"||e.op==="data"||e.op==="funcIndex"||e.op==="get"}function isLoose(e){return e.op==="as"&&!isRoot(e.type)?isLoose(e.value):e.op==="num"?e.args.some(isLoose):isRoot(e.type)&&!isHeld(e)}var jumps=e=>someStmt(e,s=>s.op==="br"||s.op==="brIf"||s.op==="switch"||s.op==="return");function localOf2(e){return e.op==="as"?localOf2(e.value):e.op==="get"?e.local:void 0}function bindTemporaries(func,calls){let out=copyFunc(func),temporary=type=>out.locals.push(type)-1,hold2=(e,overwritten,prefix)=>{if(e.op==="const"||e.op==="data"||e.op==="funcIndex"||e.op==="get"&&!overwritten(e.local))return e;if(e.op==="as"&&(isRoot(e.value.type)||!isRoot(e.type)))return as(e.type,hold2(e.value,overwritten,prefix));if(e.op==="num"&&isLoose(e)){let inner=e.args.map((arg2,i)=>{let rest=e.args.slice(i+1);return hold2(arg2,local=>overwritten(local)||rest.some(part=>assigns2(part,local)),prefix)});return{...e,args:inner}}let t=temporary(e.type);return prefix.push(set(t,e)),get(t,e.type)},bind=(parts,originals,prefix)=>{let lastCollecting=-1;originals.forEach((part,i)=>{calls.has(part)&&(lastCollecting=i)});let result=parts.slice(),lastLoose=-1;for(let i=0;i<lastCollecting;i++){let local=localOf2(parts[i]),overwritten=local!==void 0&&isRoot(out.locals[local])&&parts.slice(i+1).some(part=>assigns2(part,local));(isLoose(parts[i])||overwritten)&&(lastLoose=i)}for(let i=0;i<=lastLoose;i++){let later=parts.slice(i+1);result[i]=hold2(parts[i],local=>later.some(part=>assigns2(part,local)),prefix)}return result},seen=new Set,expr2=e=>{if(!calls.has(e))return e;let mapped=mapExpr(e,{expr:expr2,body});mapped===e&&seen.has(e)&&(mapped={...e}),seen.add(e);let before=operands(e);if(e.op==="if"||e.op==="seq"||before.length<2)return mapped;let parts=operands(mapped),prefix=[],bound=bind(parts,before,prefix);return prefix.length===0?mapped:{op:"seq",type:mapped.type,body:prefix,value:withOperands(mapped,bound)}},body=list=>{let result;return list.forEach((s,i)=>{let prefix=[],mapped=stmt2(s,prefix);!result&&(mapped!==s||prefix.length>0)&&(result=list.slice(0,i)),result?.push(...prefix,mapped)}),result??list},stmt2=(s,prefix)=>{if(!calls.has(s))return s;if(s.op==="do"&&s.value.type===void 0){let call=mapExpr(s.value,{expr:expr2,body});call===s.value&&seen.has(call)&&(call={...call}),seen.add(s.value);let bound=bind(operands(call),operands(s.value),prefix);return prefix.length===0?call===s.value?s:{op:"do",value:call}:{op:"do",value:withOperands(call,bound)}}let mapped=mapStmt(s,{expr:expr2,body});if(mapped.op==="store"){let[addr,value2]=bind(stmtOperands(mapped),stmtOperands(s),prefix);return prefix.length>0?{...mapped,addr,value:value2}:mapped}if(mapped.op==="memoryCopy"){let[to,from,bytes]=bind(stmtOperands(mapped),stmtOperands(s),prefix);return prefix.length>0?{...mapped,to,from,bytes}:mapped}if(mapped.op==="memoryFill"){let[to,byte,bytes]=bind(stmtOperands(mapped),stmtOperands(s),prefix);return prefix.length>0?{...mapped,to,byte,bytes}:mapped}return mapped},rebuilt=body(func.body);return rebuilt===func.body?func:(out.body=rebuilt,out)}function withOperands(e,parts){switch(e.op){case"num":case"call":return{...e,args:parts};case"callIndirect":return{...e,args:parts.slice(0,-1),target:parts.at(-1)};case"select":return{...e,then:parts[0],else:parts[1],cond:parts[2]};default:throw new Error(`${e.op} has fewer than two operands`)}}function union(into,from){let changed=!1;for(let i=0;i<into.length;i++){let merged=into[i]|from[i];merged>>>0!==into[i]&&(into[i]=merged,changed=!0)}return changed}function liveAcross(func,calls,collecting){let sites=new Map,candidates=rootLocals(func);if(candidates.length===0)return new Map;let bit=new Int32Array(func.locals.length).fill(-1);candidates.forEach((local,i)=>{bit[local]=i});let words=candidates.length+31>>5,targets=new Map,heads=new Map,live=new Uint32Array(words),use=local=>{let at2=bit[local];at2>=0&&(live[at2>>5]|=1<<(at2&31))},holders=e=>{if(e.op==="get")use(e.local);else if(e.op==="as")holders(e.value);else if(e.op==="num"||e.op==="select")for(let part of operands(e))holders(part)},several=parts=>{let last=parts.length-1;for(;last>0&&!calls.has(parts[last]);)last--;for(let i=0;i<last;i++)holders(parts[i]);for(let i=parts.length-1;i>=0;i--)expr2(parts[i])},expr2=e=>{switch(e.op){case"get":use(e.local);return;case"call":case"callIndirect":if(isCollectingCall(e,collecting)){let across=sites.get(e);across?union(across,live):sites.set(e,live.slice())}several(operands(e));return;case"if":{let after=live;live=after.slice(),expr2(e.else);let other=live;live=after,expr2(e.then),union(live,other),expr2(e.cond);return}case"seq":expr2(e.value),list(e.body);return;default:several(operands(e))}},list=stmts2=>{for(let i=stmts2.length-1;i>=0;i--)stmt2(stmts2[i])},dead=()=>{live=new Uint32Array(words)},jump=label=>{let target=targets.get(label);target&&union(live,target)},stmt2=s=>{switch(s.op){case"set":{let at2=bit[s.local];at2>=0&&(live[at2>>5]&=~(1<<(at2&31))),expr2(s.value);return}case"if":{let after=live;live=after.slice(),list(s.else);let other=live;live=after,list(s.then),union(live,other),expr2(s.cond);return}case"block":targets.set(s.label,live.slice()),list(s.body),targets.delete(s.label);return;case"loop":{let after=live,head=heads.get(s)??new Uint32Array(words);heads.set(s,head);do targets.set(s.label,head),live=after.slice(),list(s.body);while(union(head,live));targets.delete(s.label);return}case"br":dead(),jump(s.label);return;case"brIf":jump(s.label),expr2(s.cond);return;case"switch":dead();for(let label of s.labels)jump(label);jump(s.otherwise),expr2(s.value);return;case"return":dead(),s.value&&expr2(s.value);return;case"unreachable":dead();return;default:several(stmtOperands(s))}};list(func.body);let result=new Map;for(let[call,across]of sites){let locals=candidates.filter((_,i)=>across[i>>5]>>>(i&31)&1);locals.length>0&&result.set(call,locals)}return result}function rootLocals(func){let dynamic=new Uint8Array(func.locals.length).fill(1,0,func.params.length);walkStmts2(func.body,s=>{s.op==="set"&&!isStatic(s.value)&&(dynamic[s.local]=1)});let found=[];for(let i=0;i<func.locals.length;i++)isRoot(func.locals[i])&&dynamic[i]&&found.push(i);return found}function isStatic(e){return e.op==="as"?isStatic(e.value):e.op==="const"||e.op==="data"}var MAX_AROUND=3;function placeSlots(func,sites){let inFrame=new Set,seldom=[],visit=(e,inBranch)=>{let live=sites.get(e);if(live){let isLibrary=e.op==="call"&&e.func.startsWith("rt."),alone=sites.size===1&&!inLoop,plain=operands(e).every(arg2=>!jumps(arg2)&&!live.some(local=>assigns2(arg2,local)));if((inBranch&&isLibrary||alone)&&plain)seldom.push(e);else for(let local of live)inFrame.add(local)}if(e.op==="if"){visit(e.cond,inBranch),visit(e.then,!0),visit(e.else,!0);return}e.op==="seq"&&list(e.body,inBranch);for(let part of operands(e))visit(part,inBranch)},inLoop=!1,list=(stmts2,inBranch)=>{for(let s of stmts2){for(let part of stmtOperands(s))visit(part,inBranch);if(s.op==="if")list(s.then,!0),list(s.else,!0);else if(s.op==="block")list(s.body,inBranch);else if(s.op==="loop"){let outer=inLoop;inLoop=!0,list(s.body,!1),inLoop=outer}}};list(func.body,!1);let extra=e=>sites.get(e).filter(local=>!inFrame.has(local));for(let e of seldom){let locals=extra(e);if(locals.length>MAX_AROUND)for(let local of locals)inFrame.add(local)}let around=new Map;for(let e of seldom){let locals=extra(e);locals.length>0&&around.set(e,locals)}return{inFrame,around}}function addFrames(func,sites,inFrame,around,calls){let out=copyFunc(func),addLocal2=type=>out.locals.push(type)-1,slots=new Map([...inFrame].sort((a,b)=>a-b).map((local,i)=>[local,i*SLOT])),size=slots.size*SLOT,frame=size>0?get(addLocal2("i32"),"i32"):void 0,inside=!0,callFrame,result,lower=(pointer,bytes)=>[set(pointer.local,num("i32.sub",{op:"global",type:"i32",name:STACK_POINTER},i32(bytes))),{op:"setGlobal",name:STACK_POINTER,value:pointer}],raise=(pointer,bytes)=>({op:"setGlobal",name:STACK_POINTER,value:num("i32.add",pointer,i32(bytes))}),save=(pointer,offset2,local)=>{let type=out.locals[local],value2=type==="ref"?num("i64.extend_i32_u",as("i32",get(local,type))):as("i64",get(local,type));return{op:"store",code:"i64.store",addr:pointer,offset:offset2,value:value2}},wrap2=locals=>{callFrame??=get(addLocal2("i32"),"i32");let pointer=callFrame,bytes=locals.length*SLOT;return{before:[...lower(pointer,bytes),...locals.map((local,i)=>save(pointer,i*SLOT,local))],after:{op:"setGlobal",name:STACK_POINTER,value:num("i32.add",{op:"global",type:"i32",name:STACK_POINTER},i32(bytes))}}},expr2=e=>{let mapped=mapExpr(e,{expr:expr2,body}),own=around.get(e);if(!own||mapped.type===void 0)return mapped;let{before,after}=wrap2(own),t=addLocal2(mapped.type);return{op:"seq",type:mapped.type,body:[...before,set(t,mapped),after],value:get(t,mapped.type)}},body=list=>{let changed;return list.forEach((s,i)=>{let replaced=stmt2(s);!changed&&!(replaced.length===1&&replaced[0]===s)&&(changed=list.slice(0,i)),changed?.push(...replaced)}),changed??list},stmt2=s=>{let own=s.op==="do"&&s.value.type===void 0?around.get(s.value):void 0,mapped=mapStmt(s,{expr:expr2,body});if(own){let{before,after}=wrap2(own);return[...before,mapped,after]}return mapped.op==="return"&&frame&&inside?beforeReturn(s,mapped,frame):mapped.op==="set"&&frame&&slots.has(mapped.local)?[mapped,save(frame,slots.get(mapped.local),mapped.local)]:[mapped]},beforeReturn=(original,mapped,pointer)=>{let before=original.op==="return"?original.value:void 0,{value:value2}=mapped,restore=raise(pointer,size),isCall=before?.op==="call"||before?.op==="callIndirect",late=before&&calls.has(before)&&!(isCall&&!operands(before).some(part=>calls.has(part)));return!value2||!late?[restore,mapped]:(result??=addLocal2(value2.type),[set(result,value2),restore,{op:"return",value:get(result,value2.type)}])};if(!frame)return out.body=body(func.body),out;let first2=func.body.findIndex(s=>needsFrame(s,sites,inFrame));(first2<0||assignsParameter(func,inFrame))&&(first2=0),inside=!1;let early=body(func.body.slice(0,first2));inside=!0;let rebuilt=body(func.body.slice(first2)),entry2=lower(frame,size),stored=storedFirst(func.body.slice(first2),calls);for(let[local,offset2]of slots)if(local<func.params.length)entry2.push(save(frame,offset2,local));else if(!stored.has(local)){let zero3={op:"const",type:"i64",value:0n};entry2.push({op:"store",code:"i64.store",addr:frame,offset:offset2,value:zero3})}let end=func.result===void 0&&fallsThrough(rebuilt)?[raise(frame,size)]:[];return out.body=[...early,...entry2,...rebuilt,...end],out}function needsFrame(s,sites,inFrame){let found=!1;return walk([s],e=>{sites.get(e)?.some(local=>inFrame.has(local))&&(found=!0)},inner=>{inner.op==="set"&&inFrame.has(inner.local)&&(found=!0)}),found}function assignsParameter(func,inFrame){let found=!1;return walkStmts2(func.body,s=>{s.op==="set"&&s.local<func.params.length&&inFrame.has(s.local)&&(found=!0)}),found}function storedFirst(body,calls){let stored=new Set;for(let s of body){if(calls.has(s))break;if(s.op==="set")stored.add(s.local);else if(s.op!=="store"&&s.op!=="do"&&s.op!=="setGlobal"&&s.op!=="if"&&s.op!=="keep")break}return stored}var STACK_BYTES=16*1024*1024,PAGE=65536,MIN_GAP=12,align=(value2,to)=>Math.ceil(value2/to)*to;function layOut(module){let tableIndexes=new Map,table3=[],inTable=func=>{let index2=tableIndexes.get(func);return index2===void 0&&(table3.push(func),index2=table3.length,tableIndexes.set(func,index2)),index2},rootGlobals=[],addresses=new Map,onExpr=e=>{e.op==="funcIndex"?inTable(e.func):e.op==="data"&&e.name.startsWith(ROOT_GLOBAL)&&!addresses.has(e.name)&&(addresses.set(e.name,0),rootGlobals.push(e.name))};for(let func of module.funcs.values())walk(func.body,onExpr);for(let datum of module.data.values())for(let reloc of datum.relocs)"func"in reloc&&inTable(reloc.func);let stackBase=16+(module.globals.has(STACK_POINTER)?STACK_BYTES:0)+rootGlobals.length*8,stackPointer=stackBase-rootGlobals.length*8;rootGlobals.forEach((name,i)=>{addresses.set(name,stackPointer+i*8)});let zeroed=[],filled=[];for(let datum of module.data.values())(datum.relocs.length===0&&isZero2(datum.bytes)?zeroed:filled).push(datum);let end=stackBase;for(let datum of[...filled,...zeroed])end=align(end,datum.align),addresses.set(datum.name,end),end+=datum.bytes.length;let heapBase=align(end,16);addresses.set(HEAP_BASE,heapBase),addresses.set(STACK_BASE,stackBase),addresses.has(TYPE_TABLE)||addresses.set(TYPE_TABLE,0);let address3=name=>{let found=addresses.get(name);if(found===void 0)throw new Error(`no datum ${name}`);return found},first2=stackPointer,last=filled.at(-1),image=new Uint8Array(last?address3(last.name)+last.bytes.length-first2:rootGlobals.length*8),view=new DataView(image.buffer);for(let name of rootGlobals){let global=module.globals.get(name.slice(ROOT_GLOBAL.length));global&&view.setBigUint64(address3(name)-first2,BigInt.asUintN(64,BigInt(global.init)),!0)}for(let datum of filled){let at2=address3(datum.name)-first2;image.set(datum.bytes,at2);for(let reloc of datum.relocs){let value2="data"in reloc?address3(reloc.data):inTable(reloc.func);view.setUint32(at2+reloc.at,view.getUint32(at2+reloc.at,!0)+value2,!0)}}return{address:name=>address3(name),table:table3,stackPointer,stackBase,heapBase,pages:Math.max(1,Math.ceil(heapBase/PAGE)),segments:segmentsOf(image,first2)}}function isZero2(bytes){for(let i=0;i<bytes.length;i++)if(bytes[i]!==0)return!1;return!0}function segmentsOf(image,base){let segments=[],start2=-1,lastUsed=-1;for(let i=0;i<image.length;i++)image[i]!==0&&(start2>=0&&i-lastUsed>MIN_GAP&&(segments.push({address:base+start2,bytes:image.slice(start2,lastUsed+1)}),start2=-1),start2<0&&(start2=i),lastUsed=i);return start2>=0&&segments.push({address:base+start2,bytes:image.slice(start2,lastUsed+1)}),segments}var VAL_TYPE_CODE={i32:127,i64:126,f64:124},VAL_TYPE_OF_CODE=new Map([[127,"i32"],[126,"i64"],[124,"f64"]]),OP={unreachable:0,nop:1,block:2,loop:3,if:4,else:5,end:11,br:12,br_if:13,br_table:14,return:15,call:16,call_indirect:17,drop:26,select:27,"local.get":32,"local.set":33,"local.tee":34,"global.get":35,"global.set":36,"i32.load":40,"i64.load":41,"f64.load":43,"i32.load8_s":44,"i32.load8_u":45,"i32.load16_s":46,"i32.load16_u":47,"i64.load8_u":49,"i64.load16_u":51,"i64.load32_s":52,"i64.load32_u":53,"i32.store":54,"i64.store":55,"f64.store":57,"i32.store8":58,"i32.store16":59,"i64.store32":62,"memory.size":63,"memory.grow":64,"i32.const":65,"i64.const":66,"f64.const":68,"memory.copy":64522,"memory.fill":64523},I_COMPARE=["eqz","eq","ne","lt_s","lt_u","gt_s","gt_u","le_s","le_u","ge_s","ge_u"],F_COMPARE=["eq","ne","lt","gt","le","ge"],I_ARITH="clz ctz popcnt add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr".split(" "),F_ARITH="abs neg ceil floor trunc nearest sqrt add sub mul div min max copysign".split(" "),NUMERIC2=new Map([...run("i32",69,I_COMPARE),...run("i64",80,I_COMPARE),...run("f64",97,F_COMPARE),...run("i32",103,I_ARITH),...run("i64",121,I_ARITH),...run("f64",153,F_ARITH),["i32.wrap_i64",167],["i32.trunc_f64_s",170],["i32.trunc_f64_u",171],["i64.extend_i32_s",172],["i64.extend_i32_u",173],["i64.trunc_f64_s",176],["i64.trunc_f64_u",177],["f64.convert_i32_s",183],["f64.convert_i32_u",184],["f64.convert_i64_s",185],["f64.convert_i64_u",186],["i64.reinterpret_f64",189],["f64.reinterpret_i64",191],["i32.extend8_s",192],["i32.extend16_s",193],["i64.extend8_s",194],["i64.extend16_s",195],["i64.extend32_s",196],["i32.trunc_sat_f64_s",64514],["i32.trunc_sat_f64_u",64515],["i64.trunc_sat_f64_s",64518],["i64.trunc_sat_f64_u",64519]]);function run(type,first2,names){return names.map((name,i)=>[`${type}.${name}`,first2+i])}var ALIGNMENT=new Map([["i32.load",2],["i64.load",3],["f64.load",3],["i32.load8_s",0],["i32.load8_u",0],["i32.load16_s",1],["i32.load16_u",1],["i64.load8_u",0],["i64.load16_u",1],["i64.load32_s",2],["i64.load32_u",2],["i32.store",2],["i64.store",3],["f64.store",3],["i32.store8",0],["i32.store16",1],["i64.store32",2]]),IMMEDIATES={block:"block",loop:"block",if:"block",br:"label",br_if:"label",br_table:"labels",call:"func",call_indirect:"indirect","local.get":"local","local.set":"local","local.tee":"local","global.get":"global","global.set":"global","memory.size":"zero","memory.grow":"zero","memory.fill":"zero","memory.copy":"zero2","i32.const":"s32","i64.const":"s64","f64.const":"f64"},INSTRUCTIONS=new Map([...Object.entries(OP).map(([name,code])=>[code,{name,immediate:ALIGNMENT.has(name)?"mem":IMMEDIATES[name]??"none"}]),...[...NUMERIC2].map(([name,code])=>[code,{name,immediate:"none"}])]);function encodeModule(module,options={}){let out=new ByteWriter(4096),part=new ByteWriter(4096);out.bytes(new Uint8Array([0,97,115,109,1,0,0,0]));let section=(id,fill)=>{part.truncate(0),fill(part),out.u8(id),out.u32(part.length);let at2=out.length;return out.bytes(part.view()),at2};module.types.length>0&&section(1,w=>{w.u32(module.types.length);for(let type of module.types)writeFuncType(w,type)}),module.imports.length>0&&section(2,w=>{w.u32(module.imports.length);for(let item of module.imports)w.name(item.module),w.name(item.field),w.u8(0),w.u32(item.type)}),module.funcs.length>0&&section(3,w=>{w.u32(module.funcs.length);for(let func of module.funcs)w.u32(func.type)}),module.table.length>0&&section(4,w=>{w.u32(1),w.u8(112),w.u8(1),w.u32(module.table.length+1),w.u32(module.table.length+1)});let pages=module.memoryPages;pages!==void 0&&section(5,w=>{w.u32(1),w.u8(0),w.u32(pages)}),module.globals.length>0&&section(6,w=>{w.u32(module.globals.length);for(let global of module.globals)w.u8(VAL_TYPE_CODE[global.type]),w.u8(global.mutable?1:0),writeConst(w,global.type,global.init),w.u8(OP.end)}),module.exports.length>0&&section(7,w=>{w.u32(module.exports.length);for(let item of module.exports)w.name(item.name),w.u8(item.kind==="func"?0:2),w.u32(item.index)}),module.table.length>0&&section(9,w=>{w.u32(1),w.u32(0),writeConst(w,"i32",1),w.u8(OP.end),w.u32(module.table.length);for(let index2 of module.table)w.u32(index2)});let bodyOffsets=[],codeOffsets=[];if(module.funcs.length>0){let at2=section(10,w=>{w.u32(module.funcs.length);for(let func of module.funcs){let localsSize=sizeU32(func.locals.length);for(let run2 of func.locals)localsSize+=sizeU32(run2.count)+1;w.u32(localsSize+func.code.length),bodyOffsets.push(w.length),w.u32(func.locals.length);for(let run2 of func.locals)w.u32(run2.count),w.u8(VAL_TYPE_CODE[run2.type]);codeOffsets.push(w.length),w.bytes(func.code)}});for(let i=0;i<bodyOffsets.length;i++)bodyOffsets[i]+=at2,codeOffsets[i]+=at2}module.data.length>0&&section(11,w=>{w.u32(module.data.length);for(let segment of module.data)w.u32(0),writeConst(w,"i32",segment.address),w.u8(OP.end),w.u32(segment.bytes.length),w.bytes(segment.bytes)}),options.names&&section(0,w=>{w.name("name");let names=new ByteWriter(1024),all=[...module.imports,...module.funcs];names.u32(all.length),all.forEach((func,index2)=>{names.u32(index2),names.name(func.name)}),w.u8(1),w.u32(names.length),w.bytes(names.view())});for(let custom of options.customs?.(bodyOffsets,codeOffsets)??[])section(0,w=>{w.name(custom.name),w.bytes(custom.bytes)});return{bytes:out.finish()}}function writeFuncType(w,type){w.u8(96),w.u32(type.params.length);for(let param of type.params)w.u8(VAL_TYPE_CODE[param]);w.u32(type.results.length);for(let result of type.results)w.u8(VAL_TYPE_CODE[result])}function writeConst(w,type,value2){switch(type){case"i32":w.u8(OP["i32.const"]),w.s32(Number(value2));return;case"i64":w.u8(OP["i64.const"]),w.s64(BigInt(value2));return;case"f64":w.u8(OP["f64.const"]),w.f64(Number(value2));return}}var EMPTY_BLOCK=64;function emitModule(module){let layout=layOut(module),types=[],typeIndexes=new Map,typeIndex=(params,result)=>{let wasm=params.map(t=>WASM_TYPE[t]),key=`${wasm.join()}>${result?WASM_TYPE[result]:""}`,index2=typeIndexes.get(key);return index2===void 0&&(index2=types.push({params:wasm,results:result?[WASM_TYPE[result]]:[]})-1,typeIndexes.set(key,index2)),index2},imports=[...module.imports.values()].map(f=>({name:f.name,module:f.module,field:f.field,type:typeIndex(f.params,f.result)})),funcIndex=new Map;for(let name of module.imports.keys())funcIndex.set(name,funcIndex.size);for(let name of module.funcs.keys())funcIndex.set(name,funcIndex.size);let globals=[],globalIndex=new Map;for(let global of module.globals.values()){globalIndex.set(global.name,globals.length);let init=global.name===STACK_POINTER?layout.stackPointer:global.init;globals.push({name:global.name,type:WASM_TYPE[global.type],mutable:global.mutable,init})}let tableIndex=new Map(layout.table.map((name,i)=>[name,i+1])),tables={layout,funcIndex,globalIndex,tableIndex,typeIndex},wasmFuncs=[],funcs=[];for(let func of module.funcs.values()){let{locals,code,positions}=emitFunc(func,tables);wasmFuncs.push({name:func.name,type:typeIndex(func.params,func.result),locals,code}),funcs.push({func,positions})}let exports=[...module.exports].map(([name,func])=>({name,kind:"func",index:funcIndex.get(func)}));return{module:{types,imports,funcs:wasmFuncs,table:layout.table.map(name=>funcIndex.get(name)),memoryPages:layout.pages,globals,exports:[{name:"memory",kind:"memory",index:0},...exports],data:layout.segments},funcs,layout}}function addressOf(e,layout){if(e.op==="const")return Number(e.value);if(e.op==="data")return layout.address(e.name);if(e.op==="as")return addressOf(e.value,layout);if(e.op!=="num"||e.code!=="i32.add")return;let left=addressOf(e.args[0],layout),right=left===void 0?void 0:addressOf(e.args[1],layout);return left===void 0||right===void 0?void 0:left+right|0}function numberLocals(func){let uses=new Uint32Array(func.locals.length);walk(func.body,e=>{e.op==="get"&&uses[e.local]++},s=>{s.op==="set"&&uses[s.local]++});let index2=new Int32Array(func.locals.length).fill(-1),byType={i32:[],i64:[],f64:[]};for(let i=0;i<func.locals.length;i++)i<func.params.length?index2[i]=i:uses[i]>0&&byType[WASM_TYPE[func.locals[i]]].push(i);let next=func.params.length,runs=[],hot=list=>list.reduce((sum3,i)=>sum3+uses[i],0)/list.length,order=["i32","i64","f64"].filter(type=>byType[type].length>0),many=func.locals.length>127;many&&order.sort((a,b)=>hot(byType[b])-hot(byType[a]));for(let type of order){let list=byType[type];many&&list.sort((a,b)=>uses[b]-uses[a]||a-b);for(let local of list)index2[local]=next++;runs.push({count:list.length,type})}return{index:index2,runs}}function emitFunc(func,tables){let w=new ByteWriter(256),{index:index2,runs}=numberLocals(func),positions=[],labels=[],setAt=-1,setEnd=-1,setLocal=-1,mark=span=>{span&&func.display!==void 0&&positions.push({offset:w.length,span})},depth=label=>{let at2=labels.lastIndexOf(label);if(at2<0)throw new Error(`${func.name}: no label ${label}`);return labels.length-1-at2},memory=(code,offset2)=>{w.u8(OP[code]),w.u32(ALIGNMENT.get(code)),w.u32(offset2)},opcode=code=>{code>255?(w.u8(252),w.u32(code&255)):w.u8(code)};function expr2(e){switch(e.op){case"const":writeConst(w,WASM_TYPE[e.type],e.value);return;case"get":{let local=index2[e.local];if(setEnd===w.length&&setLocal===local){w.patch(setAt,OP["local.tee"]),setEnd=-1;return}w.u8(OP["local.get"]),w.u32(local);return}case"global":{let at2=tables.globalIndex.get(e.name);if(at2===void 0){writeConst(w,"i32",tables.layout.stackPointer);return}w.u8(OP["global.get"]),w.u32(at2);return}case"num":if(e.code==="i32.add"){let at2=addressOf(e,tables.layout);if(at2!==void 0){writeConst(w,"i32",at2);return}}for(let arg2 of e.args)expr2(arg2);opcode(NUMERIC2.get(e.code));return;case"as":expr2(e.value);return;case"load":expr2(e.addr),memory(e.code,e.offset);return;case"call":for(let arg2 of e.args)expr2(arg2);mark(e.span),w.u8(OP.call),w.u32(tables.funcIndex.get(e.func));return;case"callIndirect":for(let arg2 of e.args)expr2(arg2);if(expr2(e.target),mark(e.span),tables.tableIndex.size===0){w.u8(OP.unreachable);return}w.u8(OP.call_indirect),w.u32(tables.typeIndex(e.params,e.type)),w.u8(0);return;case"funcIndex":writeConst(w,"i32",tables.tableIndex.get(e.func));return;case"data":writeConst(w,"i32",tables.layout.address(e.name));return;case"if":expr2(e.cond),w.u8(OP.if),w.u8(VAL_TYPE_CODE[WASM_TYPE[e.type]]),labels.push(-1),expr2(e.then),w.u8(OP.else),expr2(e.else),w.u8(OP.end),labels.pop();return;case"select":expr2(e.then),expr2(e.else),expr2(e.cond),w.u8(OP.select);return;case"seq":body(e.body),expr2(e.value);return;case"memorySize":w.u8(OP["memory.size"]),w.u8(0);return;case"memoryGrow":expr2(e.pages),w.u8(OP["memory.grow"]),w.u8(0);return;default:assertNever(e)}}function body(list){for(let s of list)stmt2(s)}function stmt2(s){switch(s.op){case"set":{expr2(s.value),setLocal=index2[s.local],setAt=w.length,w.u8(OP["local.set"]),w.u32(setLocal),setEnd=w.length;return}case"setGlobal":expr2(s.value),w.u8(OP["global.set"]),w.u32(tables.globalIndex.get(s.name));return;case"store":expr2(s.addr),expr2(s.value),memory(s.code,s.offset);return;case"do":expr2(s.value),s.value.type!==void 0&&w.u8(OP.drop);return;case"keep":if(s.value.op==="get"||s.value.op==="const")return;expr2(s.value),w.u8(OP.drop);return;case"if":{let swap=s.then.length===0&&s.else.length>0;expr2(s.cond),swap&&w.u8(NUMERIC2.get("i32.eqz")),w.u8(OP.if),w.u8(EMPTY_BLOCK),labels.push(-1),body(swap?s.else:s.then),!swap&&s.else.length>0&&(w.u8(OP.else),body(s.else)),w.u8(OP.end),labels.pop();return}case"block":case"loop":w.u8(s.op==="block"?OP.block:OP.loop),w.u8(EMPTY_BLOCK),labels.push(s.label),body(s.body),w.u8(OP.end),labels.pop();return;case"br":w.u8(OP.br),w.u32(depth(s.label));return;case"brIf":expr2(s.cond),w.u8(OP.br_if),w.u32(depth(s.label));return;case"switch":expr2(s.value),w.u8(OP.br_table),w.u32(s.labels.length);for(let label of s.labels)w.u32(depth(label));w.u32(depth(s.otherwise));return;case"return":s.value&&expr2(s.value),w.u8(OP.return);return;case"unreachable":mark(s.span),w.u8(OP.unreachable);return;case"memoryCopy":expr2(s.to),expr2(s.from),expr2(s.bytes),opcode(OP["memory.copy"]),w.u8(0),w.u8(0);return;case"memoryFill":expr2(s.to),expr2(s.byte),expr2(s.bytes),opcode(OP["memory.fill"]),w.u8(0);return;default:assertNever(s)}}function tail(list){let last=list.at(-1);for(let i=0;i<list.length-1;i++)stmt2(list[i]);last&&(last.op==="return"?last.value&&expr2(last.value):last.op==="if"&&last.then.length>0&&!(func.result&&fallsThrough([last]))?(expr2(last.cond),w.u8(OP.if),w.u8(func.result?VAL_TYPE_CODE[WASM_TYPE[func.result]]:EMPTY_BLOCK),labels.push(-1),tail(last.then),last.else.length>0&&!(last.else.length===1&&last.else[0].op==="return"&&!func.result)&&(w.u8(OP.else),tail(last.else)),w.u8(OP.end),labels.pop()):(stmt2(last),func.result&&(last.op==="block"||last.op==="loop"||last.op==="if"||last.op==="do")&&w.u8(OP.unreachable)))}return tail(func.body),w.u8(OP.end),{locals:runs,code:w.finish(),positions}}function printWat(module){let funcNames=[...module.imports,...module.funcs].map(f=>identifier(f.name)),globalNames=module.globals.map(g=>identifier(g.name)),out=["(module"];if(module.types.forEach((type,i)=>{out.push(`  (type $t${i} (func${signature(type)}))`)}),module.imports.forEach((f,i)=>{out.push(`  (import ${quote(f.module)} ${quote(f.field)} (func ${funcNames[i]} (type $t${f.type})))`)}),module.memoryPages!==void 0&&out.push(`  (memory $memory ${module.memoryPages})`),module.table.length>0){let size=module.table.length+1;out.push(`  (table $table ${size} ${size} funcref)`)}module.globals.forEach((g,i)=>{let type=g.mutable?`(mut ${g.type})`:g.type;out.push(`  (global ${globalNames[i]} ${type} (${g.type}.const ${g.type==="f64"?float2(Number(g.init)):BigInt(g.init)}))`)});for(let e of module.exports)out.push(`  (export ${quote(e.name)} (${e.kind} ${e.kind==="func"?funcNames[e.index]:"$memory"}))`);module.table.length>0&&out.push(`  (elem (i32.const 1) func ${module.table.map(index2=>funcNames[index2]).join(" ")})`);let imported=module.imports.length;module.funcs.forEach((f,i)=>{let type=module.types[f.type],names=local2=>`$${local2}`,params=type.params.map((t,p)=>` (param ${names(p)} ${t})`).join(""),results=type.results.map(t=>` (result ${t})`).join("");out.push(`  (func ${funcNames[imported+i]} (type $t${f.type})${params}${results}`);let local=type.params.length;for(let run2 of f.locals)for(let n=0;n<run2.count;n++)out.push(`    (local ${names(local++)} ${run2.type})`);printCode(f.code,{module,funcNames,globalNames},out),out.push("  )")});for(let segment of module.data)out.push(`  (data (i32.const ${segment.address}) "${Array.from(segment.bytes,escapeByte).join("")}")`);return out.push(")"),`${out.join(`
`)}
`}function printCode(code,names,out){let input=new ByteReader(code),depth=2;for(;!input.done;){let opcode=input.u8();opcode===252&&(opcode=64512+input.u32());let instruction=INSTRUCTIONS.get(opcode);if(!instruction)throw new RangeError(`unknown opcode 0x${opcode.toString(16)}`);let{name,immediate}=instruction;if((name==="end"||name==="else")&&depth--,name==="end"&&depth<2)return;let indent="  ".repeat(depth),text=name;switch(immediate){case"none":break;case"block":{let type=VAL_TYPE_OF_CODE.get(input.u8());type&&(text+=` (result ${type})`);break}case"label":text+=` ${input.u32()}`;break;case"labels":for(let n=input.u32();n>=0;n--)text+=` ${input.u32()}`;break;case"func":text+=` ${names.funcNames[input.u32()]}`;break;case"indirect":text+=` (type $t${input.u32()})`,input.u8();break;case"local":text+=` $${input.u32()}`;break;case"global":text+=` ${names.globalNames[input.u32()]}`;break;case"mem":{let align2=input.u32(),offset2=input.u32();offset2!==0&&(text+=` offset=${offset2}`),align2!==ALIGNMENT.get(name)&&(text+=` align=${2**align2}`);break}case"zero":input.u8();break;case"zero2":input.u8(),input.u8();break;case"s32":text+=` ${input.s32()}`;break;case"s64":text+=` ${input.s64()}`;break;case"f64":text+=` ${float2(input.f64())}`;break}out.push(indent+text),(name==="block"||name==="loop"||name==="if"||name==="else")&&depth++}}var signature=type=>type.params.map(t=>` (param ${t})`).join("")+type.results.map(t=>` (result ${t})`).join("");function identifier(name){return`$${name.replace(/[^\w!#$%&'*+./:<=>?@\\^`|~-]/g,c=>`_${c.codePointAt(0).toString(16)}_`)}`}var quote=text=>`"${Array.from(new TextEncoder().encode(text),escapeByte).join("")}"`;function escapeByte(byte){return byte>=32&&byte<127&&byte!==34&&byte!==92?String.fromCharCode(byte):`\\${byte.toString(16).padStart(2,"0")}`}function float2(value2){return Number.isNaN(value2)?"nan":Number.isFinite(value2)?Object.is(value2,-0)?"-0":String(value2):value2>0?"inf":"-inf"}function compileIr(module,runtime,options){let check=(current2,pass)=>{if(options.verify){let problems=lintModule(current2);if(problems.length>0)throw new Error(`IR after ${pass}:
${problems.join(`
`)}`)}return current2};if(options.verify){let problems=lintModule(module,{external:name=>{if(!name.startsWith("rt.")||!runtime.has(name))return;let{params,result}=runtime.signature(name);return{params:params.map(irType),result:result&&irType(result)}}});if(problems.length>0)throw new Error(`IR before passes:
${problems.join(`
`)}`)}let current=check(reach(module,runtime),"reach");options.optimise&&(current=check(inlineModule(current),"inline"),current=check(inlineSingle(reach(current)),"single calls"),current=check(foldModule(reach(current)),"fold"),current=check(cseModule(reach(current)),"common subexpressions"),current=check(hoistModule(current),"hoist")),current=check(addRoots(current),"roots");let{wasm,lineTable,emitted}=finish(current,options);return{wasm,lineTable,ir:()=>printModule(current),wat:()=>printWat(emitted.module)}}function finish(module,options){let emitted=emitModule(module),lineTable={files:[],funcs:[]},{bytes}=encodeModule(emitted.module,{names:options.names??!1,customs:(bodyOffsets,codeOffsets)=>(lineTable=lineTableOf(emitted,bodyOffsets,codeOffsets,options.lines),[{name:"mochi.lines",bytes:encodeLines(lineTable)}])});return{wasm:bytes,lineTable,emitted}}function lineTableOf(emitted,bodyOffsets,codeOffsets,lines){let funcs=[];return emitted.funcs.forEach(({func,positions},i)=>{let start2=bodyOffsets[i];if(func.display===void 0){funcs.at(-1)?.file!==-1&&funcs.push({name:"",file:-1,start:start2,rows:[]});return}let rows=[],file=func.span?lines.position(func.span).file:-1;for(let{offset:offset2,span}of positions){let at2=lines.position(span);file<0&&(file=at2.file);let last=rows.at(-1);last&&last.line===at2.line&&last.col===at2.col||rows.push({offset:codeOffsets[i]+offset2,line:at2.line,col:at2.col})}if(rows.length===0&&func.span){let at2=lines.position(func.span);rows.push({offset:start2,line:at2.line,col:at2.col})}funcs.push({name:func.display,file,start:start2,rows})}),{files:[...lines.fileNames],funcs}}function compile(sources,options){let diagnostics=[],files=sources.map(s=>sourceFile(s.path,s.text)),main=files[0];if(!main)throw new Error("compile needs at least one source");let parsed=parse(main,0,{next:1});diagnostics.push(...parsed.diagnostics);let done=(more={})=>({tests:[],program:parsed.program,...more,diagnostics:sorted(options.strict?diagnostics.map(asError):diagnostics)});if(hasErrors(diagnostics))return done();let whole={file:0,start:0,end:main.text.length},checked=checkProgram(parsed.program.body,whole,d=>diagnostics.push(d),{strict:options.strict??!1}),tests=checked.tests.map(({name,span})=>({name,span}));if(hasErrors(diagnostics)||options.strict&&diagnostics.length>0)return done({tests});let module=lowerProgram(checked,{mode:options.mode,text:span=>files[span.file].text.slice(span.start,span.end)}),before=()=>printModule(module),maps=files.map(f=>lineMap(f.text)),runtime=createRuntime(RUNTIME_SOURCES,{gcStress:options.gcStress??!1,bigInts:holds(checked,1028),bigRats:holds(checked,1024)}),compiled=compileIr(module,runtime,{optimise:options.optimise??!0,verify:options.verify??!1,names:options.names??options.mode==="test",lines:{fileNames:files.map(f=>f.path),position(span){let{line,col}=position(maps[span.file],span.start);return{file:span.file,line,col}}}});return done({tests,wasm:compiled.wasm,lineTable:compiled.lineTable,wat:compiled.wat,ir:()=>`${before()}
;; after all passes
${compiled.ir()}`})}function holds(program,kinds){return program.solver.nodes().some(n=>!n.forward&&(n.mask&kinds)!==0&&n.mask!==2047)}function hasErrors(diagnostics){return diagnostics.some(d=>d.severity==="error")}function asError(d){return d.severity==="error"?d:{...d,severity:"error"}}function sorted(diagnostics){return[...diagnostics].sort((a,b)=>{let x=a.labels[0].span,y=b.labels[0].span;return x.file-y.file||x.start-y.start})}export{compile};
