/**
 * All domains below which the Public Suffix List has rules: what is below any other has the suffix of that. Written by
 * `test/policy/support/write-suffix-parents.ts`; a test sees to it that it is of the list that is in the package.
 *
 * Data of the Public Suffix List, https://publicsuffix.org, under the Mozilla Public License 2.0, https://mozilla.org/MPL/2.0.
 */
export const PARENTS: ReadonlySet<string> = new Set(
  `
001.test.code-builder-stg.platform.salesforce.com 0e.vc 0emm.com 2na.am aa.crm.dev aa.no ab.crm.dev ac ac.at
ac.crm.dev academy accesspoint.s3-global.amazonaws.com ad.crm.dev addr.tools adobeaemcloud.com advisor.ws ae
ae.crm.dev ae.flow.ch aero af af-south-1.airflow.amazonaws.com af-south-1.amazonaws.com af-south-1.amazoncognito.com
af-south-1.on.aws af-south-1.rds.amazonaws.com af-south-1.sagemaker.aws af.crm.dev ag ah.no ai aichi.jp
airflow.af-south-1.on.aws airflow.amazonaws.com airflow.amazonaws.com.cn airflow.ap-east-1.on.aws
airflow.ap-northeast-1.on.aws airflow.ap-northeast-2.on.aws airflow.ap-northeast-3.on.aws airflow.ap-south-1.on.aws
airflow.ap-south-2.on.aws airflow.ap-southeast-1.on.aws airflow.ap-southeast-2.on.aws airflow.ap-southeast-3.on.aws
airflow.ap-southeast-4.on.aws airflow.ap-southeast-5.on.aws airflow.ap-southeast-7.on.aws
airflow.ca-central-1.on.aws airflow.ca-west-1.on.aws airflow.cn-north-1.on.amazonwebservices.com.cn
airflow.cn-northwest-1.on.amazonwebservices.com.cn airflow.eu-central-1.on.aws airflow.eu-central-2.on.aws
airflow.eu-north-1.on.aws airflow.eu-south-1.on.aws airflow.eu-south-2.on.aws airflow.eu-west-1.on.aws
airflow.eu-west-2.on.aws airflow.eu-west-3.on.aws airflow.il-central-1.on.aws airflow.me-central-1.on.aws
airflow.me-south-1.on.aws airflow.sa-east-1.on.aws airflow.us-east-1.on.aws airflow.us-east-2.on.aws
airflow.us-west-1.on.aws airflow.us-west-2.on.aws airoapp.ai aivencloud.com ak.us akershus.no akita.jp al al.us
alces.network am amazonaws.com amazonaws.com.cn amazoncognito.com amazonlightsail.com amazonwebservices.com.cn
amazonwebservices.eu amba.host ao aomori.jp ap-east-1.airflow.amazonaws.com ap-east-1.amazonaws.com
ap-east-1.amazoncognito.com ap-east-1.cs.amazonlightsail.com ap-east-1.on.aws ap-east-1.rds.amazonaws.com
ap-east-1.sagemaker.aws ap-east-2.amazoncognito.com ap-east-2.on.aws ap-east-2.rds.amazonaws.com
ap-north-1.r.cloud.int.apple ap-northeast-1.airflow.amazonaws.com ap-northeast-1.amazonaws.com
ap-northeast-1.amazoncognito.com ap-northeast-1.cs.amazonlightsail.com ap-northeast-1.on.aws
ap-northeast-1.rds.amazonaws.com ap-northeast-1.sagemaker.aws ap-northeast-2.airflow.amazonaws.com
ap-northeast-2.amazonaws.com ap-northeast-2.amazoncognito.com ap-northeast-2.cs.amazonlightsail.com
ap-northeast-2.on.aws ap-northeast-2.rds.amazonaws.com ap-northeast-2.sagemaker.aws
ap-northeast-3.airflow.amazonaws.com ap-northeast-3.amazonaws.com ap-northeast-3.amazoncognito.com
ap-northeast-3.on.aws ap-northeast-3.rds.amazonaws.com ap-northeast-3.sagemaker.aws ap-south-1.airflow.amazonaws.com
ap-south-1.amazonaws.com ap-south-1.amazoncognito.com ap-south-1.cs.amazonlightsail.com ap-south-1.on.aws
ap-south-1.r.cloud.int.apple ap-south-1.rds.amazonaws.com ap-south-1.sagemaker.aws ap-south-2.airflow.amazonaws.com
ap-south-2.amazonaws.com ap-south-2.amazoncognito.com ap-south-2.on.aws ap-south-2.r.cloud.int.apple
ap-south-2.rds.amazonaws.com ap-south-2.sagemaker.aws ap-southeast-1.airflow.amazonaws.com
ap-southeast-1.amazonaws.com ap-southeast-1.amazoncognito.com ap-southeast-1.cs.amazonlightsail.com
ap-southeast-1.on.aws ap-southeast-1.rds.amazonaws.com ap-southeast-1.sagemaker.aws
ap-southeast-2.airflow.amazonaws.com ap-southeast-2.amazonaws.com ap-southeast-2.amazoncognito.com
ap-southeast-2.cs.amazonlightsail.com ap-southeast-2.on.aws ap-southeast-2.rds.amazonaws.com
ap-southeast-2.sagemaker.aws ap-southeast-3.airflow.amazonaws.com ap-southeast-3.amazonaws.com
ap-southeast-3.amazoncognito.com ap-southeast-3.cs.amazonlightsail.com ap-southeast-3.on.aws
ap-southeast-3.rds.amazonaws.com ap-southeast-3.sagemaker.aws ap-southeast-4.airflow.amazonaws.com
ap-southeast-4.amazonaws.com ap-southeast-4.amazoncognito.com ap-southeast-4.on.aws ap-southeast-4.rds.amazonaws.com
ap-southeast-4.sagemaker.aws ap-southeast-5.airflow.amazonaws.com ap-southeast-5.amazonaws.com
ap-southeast-5.amazoncognito.com ap-southeast-5.cs.amazonlightsail.com ap-southeast-5.on.aws
ap-southeast-5.rds.amazonaws.com ap-southeast-6.amazoncognito.com ap-southeast-6.on.aws
ap-southeast-6.rds.amazonaws.com ap-southeast-7.airflow.amazonaws.com ap-southeast-7.amazonaws.com
ap-southeast-7.amazoncognito.com ap-southeast-7.on.aws ap-southeast-7.rds.amazonaws.com app apple apps.grok.bot
appspot.com appwrite.run ar ar.us army arpa aruba.jenv-aruba.cloud as as.us aseinet.ne.jp asia aspirethemes.com at
at.playit.plus at.ply.gg atlassian-3p-us-gov-mod.com atlassian-3p.com atlassian-dev.net atlassian-isolated-3p.com au
auiusercontent.com aw awdev.ca aws aws-cloud9.af-south-1.amazonaws.com aws-cloud9.ap-east-1.amazonaws.com
aws-cloud9.ap-northeast-1.amazonaws.com aws-cloud9.ap-northeast-2.amazonaws.com
aws-cloud9.ap-northeast-3.amazonaws.com aws-cloud9.ap-south-1.amazonaws.com aws-cloud9.ap-southeast-1.amazonaws.com
aws-cloud9.ap-southeast-2.amazonaws.com aws-cloud9.ca-central-1.amazonaws.com aws-cloud9.eu-central-1.amazonaws.com
aws-cloud9.eu-north-1.amazonaws.com aws-cloud9.eu-south-1.amazonaws.com aws-cloud9.eu-west-1.amazonaws.com
aws-cloud9.eu-west-2.amazonaws.com aws-cloud9.eu-west-3.amazonaws.com aws-cloud9.il-central-1.amazonaws.com
aws-cloud9.me-south-1.amazonaws.com aws-cloud9.sa-east-1.amazonaws.com aws-cloud9.us-east-1.amazonaws.com
aws-cloud9.us-east-2.amazonaws.com aws-cloud9.us-west-1.amazonaws.com aws-cloud9.us-west-2.amazonaws.com
awsapprunner.com axarnet.cloud az az.us azure.databricksapps.com azurecontainer.io azurestaticapps.net
azurewebsites.net ba bar baremetal.scw.cloud basketball bb bd be bedrock-agentcore.ap-northeast-1.amazonaws.com
bedrock-agentcore.ap-northeast-2.amazonaws.com bedrock-agentcore.ap-south-1.amazonaws.com
bedrock-agentcore.ap-south-2.amazonaws.com bedrock-agentcore.ap-southeast-1.amazonaws.com
bedrock-agentcore.ap-southeast-2.amazonaws.com bedrock-agentcore.ap-southeast-5.amazonaws.com
bedrock-agentcore.ap-southeast-7.amazonaws.com bedrock-agentcore.ca-central-1.amazonaws.com
bedrock-agentcore.eu-central-1.amazonaws.com bedrock-agentcore.eu-north-1.amazonaws.com
bedrock-agentcore.eu-south-1.amazonaws.com bedrock-agentcore.eu-south-2.amazonaws.com
bedrock-agentcore.eu-west-1.amazonaws.com bedrock-agentcore.eu-west-2.amazonaws.com
bedrock-agentcore.eu-west-3.amazonaws.com bedrock-agentcore.sa-east-1.amazonaws.com
bedrock-agentcore.us-east-1.amazonaws.com bedrock-agentcore.us-east-2.amazonaws.com
bedrock-agentcore.us-gov-west-1.amazonaws.com bedrock-agentcore.us-west-1.amazonaws.com
bedrock-agentcore.us-west-2.amazonaws.com beebyte.io beebyteapp.io beget.app begetcdn.cloud berlin bf bg bh bi biz
biz.ng bj bm bn bo bot box br brave.app brave.dev brave.io brendly.ba brendly.hr brendly.rs bs bt bu.no bubble.io
build build.run builder.code.com builders builtwithrocket.new business buskerud.no bw bwcloud-os-instance.de by bz
c.ts.net ca ca-central-1.airflow.amazonaws.com ca-central-1.amazonaws.com ca-central-1.amazoncognito.com
ca-central-1.cs.amazonlightsail.com ca-central-1.on.aws ca-central-1.rds.amazonaws.com ca-central-1.sagemaker.aws
ca-west-1.airflow.amazonaws.com ca-west-1.amazonaws.com ca-west-1.amazoncognito.com ca-west-1.on.aws
ca-west-1.rds.amazonaws.com ca-west-1.sagemaker.aws ca.us camp canva.site canvasite.cn casa case cc cd
cdn77-secure.org cdn77.net cdn77.org ch channelsdvr.net chiba.jp ci ci.crm.dev ck cl claudeusercontent.com
cldmail.ru clever-cloud.com cloud cloud.int.apple cloud.metacentrum.cz cloud.muni.cz cloud.nospamproxy.com
cloud9.af-south-1.amazonaws.com cloud9.ap-east-1.amazonaws.com cloud9.ap-northeast-1.amazonaws.com
cloud9.ap-northeast-2.amazonaws.com cloud9.ap-northeast-3.amazonaws.com cloud9.ap-south-1.amazonaws.com
cloud9.ap-southeast-1.amazonaws.com cloud9.ap-southeast-2.amazonaws.com cloud9.ca-central-1.amazonaws.com
cloud9.eu-central-1.amazonaws.com cloud9.eu-north-1.amazonaws.com cloud9.eu-south-1.amazonaws.com
cloud9.eu-west-1.amazonaws.com cloud9.eu-west-2.amazonaws.com cloud9.eu-west-3.amazonaws.com
cloud9.il-central-1.amazonaws.com cloud9.me-south-1.amazonaws.com cloud9.sa-east-1.amazonaws.com
cloud9.us-east-1.amazonaws.com cloud9.us-east-2.amazonaws.com cloud9.us-west-1.amazonaws.com
cloud9.us-west-2.amazonaws.com cloudera.site cloudflare.net cloudflareanycast.net cloudflarecn.net
cloudflareglobal.net cloudjiffy.net cloudlets.com.au cloudplatform.fi cloudscale.ch club clusters.rdpa.co cm cn
cn-north-1.airflow.amazonaws.com.cn cn-north-1.amazonaws.com.cn cn-north-1.on.amazonwebservices.com.cn
cn-north-1.sagemaker.com.cn cn-northwest-1.airflow.amazonaws.com.cn cn-northwest-1.amazonaws.com.cn
cn-northwest-1.on.amazonwebservices.com.cn cn-northwest-1.sagemaker.com.cn cn.st co co.il co.im co.kr co.uk co.us
code-builder-stg.platform.salesforce.com code.com code.run codes cognito-idp.eusc-de-east-1.on.amazonwebservices.eu
com com.au com.br com.cn com.cy com.tw community company compute-1.amazonaws.com compute.amazonaws.com
compute.amazonaws.com.cn compute.estate compute.herokuapp.com contentproxy9.cz convex.cloud convex.site cool
core.usgovcloudapi.net core.windows.net cosidns.de cr crm.dev cs.amazonlightsail.com csb.app ct.us cu
cursorusercontent.com customer-oci.com cv cw cx cy cz d.crm.dev dappnode.io database.run databricksapps.com
databricksapps.us datadetect.com dc.us ddnss.de de de.object.ncloudstorage.com de.us deno.net design dev
dev-builder.code.com dev.adobeaemcloud.com dev.thingdust.io developer.app devinapps.com devs.ai
digitaloceanspaces.com direct disrec.thingdust.io diy dk dm do dogado.eu dualstack.af-south-1.amazonaws.com
dualstack.ap-east-1.amazonaws.com dualstack.ap-northeast-1.amazonaws.com dualstack.ap-northeast-2.amazonaws.com
dualstack.ap-northeast-3.amazonaws.com dualstack.ap-south-1.amazonaws.com dualstack.ap-south-2.amazonaws.com
dualstack.ap-southeast-1.amazonaws.com dualstack.ap-southeast-2.amazonaws.com dualstack.ap-southeast-3.amazonaws.com
dualstack.ap-southeast-4.amazonaws.com dualstack.ap-southeast-5.amazonaws.com dualstack.ca-central-1.amazonaws.com
dualstack.ca-west-1.amazonaws.com dualstack.cn-north-1.amazonaws.com.cn dualstack.cn-northwest-1.amazonaws.com.cn
dualstack.eu-central-1.amazonaws.com dualstack.eu-central-2.amazonaws.com dualstack.eu-north-1.amazonaws.com
dualstack.eu-south-1.amazonaws.com dualstack.eu-south-2.amazonaws.com dualstack.eu-west-1.amazonaws.com
dualstack.eu-west-2.amazonaws.com dualstack.eu-west-3.amazonaws.com dualstack.il-central-1.amazonaws.com
dualstack.me-central-1.amazonaws.com dualstack.me-south-1.amazonaws.com dualstack.sa-east-1.amazonaws.com
dualstack.us-east-1.amazonaws.com dualstack.us-east-2.amazonaws.com dualstack.us-gov-east-1.amazonaws.com
dualstack.us-gov-west-1.amazonaws.com dualstack.us-west-1.amazonaws.com dualstack.us-west-2.amazonaws.com dweb.link
dyndns.org dz eb.amazonaws.com.cn ec edu edu.au education ee eg ehime.jp elasticbeanstalk.com elastx.net
elb.amazonaws.com elb.amazonaws.com.cn email emergentagent.com emf.camp encoway.cloud encr.app enscaled.us enter.pro
er erp.dev es estate et eth.limo eth.link eu eu-central-1.airflow.amazonaws.com eu-central-1.amazonaws.com
eu-central-1.amazoncognito.com eu-central-1.cs.amazonlightsail.com eu-central-1.on.aws
eu-central-1.r.cloud.int.apple eu-central-1.rds.amazonaws.com eu-central-1.sagemaker.aws
eu-central-2.airflow.amazonaws.com eu-central-2.amazonaws.com eu-central-2.amazoncognito.com eu-central-2.on.aws
eu-central-2.rds.amazonaws.com eu-central-2.sagemaker.aws eu-north-1.airflow.amazonaws.com eu-north-1.amazonaws.com
eu-north-1.amazoncognito.com eu-north-1.cs.amazonlightsail.com eu-north-1.on.aws eu-north-1.r.cloud.int.apple
eu-north-1.sagemaker.aws eu-south-1.airflow.amazonaws.com eu-south-1.amazonaws.com eu-south-1.amazoncognito.com
eu-south-1.on.aws eu-south-1.sagemaker.aws eu-south-2.airflow.amazonaws.com eu-south-2.amazonaws.com
eu-south-2.amazoncognito.com eu-south-2.cs.amazonlightsail.com eu-south-2.on.aws eu-south-2.sagemaker.aws
eu-west-1.airflow.amazonaws.com eu-west-1.amazonaws.com eu-west-1.amazoncognito.com eu-west-1.cs.amazonlightsail.com
eu-west-1.on.aws eu-west-1.rds.amazonaws.com eu-west-1.sagemaker.aws eu-west-2.airflow.amazonaws.com
eu-west-2.amazonaws.com eu-west-2.amazoncognito.com eu-west-2.cs.amazonlightsail.com eu-west-2.on.aws
eu-west-2.rds.amazonaws.com eu-west-2.sagemaker.aws eu-west-3.airflow.amazonaws.com eu-west-3.amazonaws.com
eu-west-3.amazoncognito.com eu-west-3.cs.amazonlightsail.com eu-west-3.on.aws eu-west-3.rds.amazonaws.com
eu-west-3.sagemaker.aws eu.org eur.aruba.jenv-aruba.cloud eus eusc-de-east-1.on.amazonwebservices.eu evennode.com
events evervault.app evervault.dev ewp.live ex.futurecms.at ex.ortsinfo.at experiments.sagemaker.aws expo.app fan
fast fastly.net fastlylb.net fbsbx.com fedoraproject.org fi fin-ncloudstorage.com financial firenet.ch
firewalledreplit.co fj fk fl.us flow.ch fm fm.no fnc.fr-par.scw.cloud fo forgerock.io fr fr-par.scw.cloud frusky.de
fukui.jp fukuoka.jp fukushima.jp fun funkfeuer.at futurecms.at ga.us games gateway.dev gay gd gdn ge gg gh gi
gifu.jp gl global gn goog gov-ncloudstorage.com gov.au gov.br gov.pl gov.scot gov.uk gp gr grok.bot group gt gu
gu.us gunma.jp gv.vc gw gy health hedmark.no her.name herokuapp.com hf.space hi.us hiroshima.jp his.name hk hl.no
hm.no hn hokkaido.jp home-webserver.de hooc.me hordaland.no host host.cloud hosted-by-previder.com hosted.app
hosteur.com hosting hosting-cluster.nl hosting.myjino.ru hosting.ovh.net hr hrsn.net hs-heilbronn.de ht hu hyogo.jp
ia.us ibaraki.jp icp.net icp0.io icp1.io id id.pub id.us ie ik-server.com il il-central-1.airflow.amazonaws.com
il-central-1.amazonaws.com il-central-1.amazoncognito.com il-central-1.on.aws il-central-1.rds.amazonaws.com
il-central-1.sagemaker.aws il.us im in in.futurecms.at in.us inbrowser.dev inbrowser.link info instances.scw.cloud
int int.apple interhostsolutions.be io iq ir ishikawa.jp isk01.sakurastorage.jp isk02.sakurastorage.jp it
it.hs-heilbronn.de iwate.jp jan-mayen.no je jelastic.cloud jelastic.com jelastic.vps-host.net jenv-aruba.cloud jm jo
jp jp4.object.ncpstorage.com jp4.object.private.ncpstorage.com jp5.object.ncpstorage.com
jp5.object.private.ncpstorage.com k12.ma.us k2.cloud k8s.fr-par.scw.cloud k8s.nl-ams.scw.cloud k8s.pl-waw.scw.cloud
kagawa.jp kagoshima.jp kanagawa.jp kawasaki.jp ke keliweb.cloud kg kh ki kin.one kin.pub kitakyushu.jp km kn kobe.jp
kochi.jp kp kr kr.object.fin-ncloudstorage.com kr.object.gov-ncloudstorage.com kr.object.ncloudstorage.com krd
krs.object.gov-ncloudstorage.com ks.us kuleuven.be kumamoto.jp kunden.ortsinfo.at kw ky ky.us kyoto.jp kz la la.us
lair.io landing.myjino.ru layershift.co.uk lb lc lcl.dev lclstage.dev leg.br liara.run limo link linode.com
linodeobjects.com linodeusercontent.com live lk localcert.dev localto.net lol lovable.app lp.dev lpg.cloudscale.ch
lr ls lt lu lutrausercontent.com lv ly ma ma.us magentosite.cloud massivegrid.com massivegrid.net mc mcdir.ru md
md.us me me-central-1.airflow.amazonaws.com me-central-1.amazonaws.com me-central-1.amazoncognito.com
me-central-1.on.aws me-central-1.rds.amazonaws.com me-central-1.sagemaker.aws me-south-1.airflow.amazonaws.com
me-south-1.amazonaws.com me-south-1.amazoncognito.com me-south-1.on.aws me-south-1.rds.amazonaws.com
me-south-1.sagemaker.aws me.us media menu metaaiusercontent.com metacentrum.cz meteorapp.com mg mi.us mie.jp
migration.run miyagi.jp miyazaki.jp mk ml mm mn mn.us mo mo.us mobi modelence.app moonscale.io more-og-romsdal.no mp
mr mr.no ms ms.us mt mt.us mtls.run.app mu muni.cz mv mw mx mx-central-1.amazoncognito.com mx-central-1.on.aws
mx-central-1.rds.amazonaws.com my myjino.ru mynetname.net mythic-beasts.com mz møre-og-romsdal.no na nabu.casa
nagano.jp nagasaki.jp nagoya.jp name nara.jp navy nc nc.tr nc.us ncloud.com ncloudstorage.com ncpstorage.com ne.jp
ne.us neen.it net network new news nf nftstorage.link ng ngrok.io nh.us ni niigata.jp nj.us nl nl-ams.scw.cloud
nl.no nm.us no noc.ruhr-uni-bochum.de nodeart.io nodebalancer.linode.com nom.br nordland.no northflank.app
nospamproxy.com now np nr nt.no nu nv.us nxa.eu ny.us nz oaiusercontent.com object.fin-ncloudstorage.com
object.gov-ncloudstorage.com object.ncloudstorage.com object.ncpstorage.com object.private.fin-ncloudstorage.com
object.private.gov-ncloudstorage.com object.private.ncloudstorage.com object.private.ncpstorage.com objectstorage.ch
objectstorage.ncloud.com observableusercontent.com oci.customer-oci.com ocp.customer-oci.com ocs.customer-oci.com
of.no oh.us oita.jp ok.us okayama.jp okinawa.jp ol.no om on-k3s.io on-rancher.cloud on-rio.io
on.amazonwebservices.com.cn on.amazonwebservices.eu on.aws one online onstackit.cloud or.us oraclecloudapps.com
oraclegovcloudapps.com oraclegovcloudapps.uk orange org org.uk origin.cdn77-secure.org ortsinfo.at
os.fedoraproject.org os.stg.fedoraproject.org osaka.jp oslo.no ostfold.no otap.co ovh ovh.net owo.codes oxa.cloud
p.azurewebsites.net pa pa.crm.dev pa.us paas.massivegrid.net page pages.grok.bot panel.gg party.eus paywhirl.com
pb.crm.dev pc.crm.dev pd.crm.dev pe pe.crm.dev pf pf.crm.dev pg ph photos pictures pizza pk pl pl-waw.scw.cloud
place platform.salesforce.com platform.sh platformsh.site playit.plus plus ply.gg pm pn pr pr.us
prairielearn-user-content.com prgmr.com primetel.cloud private.fin-ncloudstorage.com private.gov-ncloudstorage.com
private.ncloudstorage.com private.ncpstorage.com private.repost.aws privatelink.snowflake.app pro
prod.atlassian-dev.net prod.fastly.net prod.thingdust.io project-study.com ps pstmn.io pt pub pw py
pythonanywhere.com qa qcx.io qualyhqpartner.com qualyhqportal.com quickconnect.cn quickconnect.to quipelements.com
r.appspot.com r.cloud.int.apple railway.app raw.icp0.io raw.icp1.io rb-hosting.io rdpa.co rds.amazonaws.com
rds.cn-north-1.amazonaws.com.cn rds.cn-northwest-1.amazonaws.com.cn re reclaim.cloud reliantlabs.dev render.com
repl.co replit.app replit.dev repost.aws resinstaging.io retrosnub.co.uk reviews ri.us rip rit.edu rl.no
rma.cloudscale.ch ro rocks rs ru ru-msk.k2.cloud ru-spb.k2.cloud ruhr-uni-bochum.de run run.app rw s.brave.app
s.brave.dev s.brave.io s3-global.amazonaws.com sa sa-east-1.airflow.amazonaws.com sa-east-1.amazonaws.com
sa-east-1.amazoncognito.com sa-east-1.cs.amazonlightsail.com sa-east-1.on.aws sa-east-1.rds.amazonaws.com
sa-east-1.sagemaker.aws saga.jp sagemaker.aws sagemaker.com.cn saitama.jp sakurastorage.jp salesforce.com sapporo.jp
saveincloud.net sb sc sc.us scaleforce.com.cy scaleforce.net sch.uk scot scrypted.io scw.cloud scw.site sd sd.us se
sendai.jp services services.clever-cloud.com sf.no sg sg.object.ncloudstorage.com sh sh.cn
shared.atlassian-3p-us-gov-mod.com shared.atlassian-3p.com shared.atlassian-isolated-3p.com shiga.jp shimane.jp
shizuoka.jp shop show si site sk sl sn snowflake.app so space spawn.cc spectrum.myjino.ru speedpartner.de srcf.net
srv.us srvrless.rdpa.co ss ssl.fastly.net st st.no staging.expo.app statics.cloud stg-builder.code.com stg.dev
stg.fedoraproject.org stgstage.dev stolos.io storacha.link storage.dev storageapi.dev store strapiapp.com studio su
supabase.co support sv svalbard.no svc.firenet.ch sx sy sys.qcx.io systems sz tawk.email tawkto.email tb-hosting.com
team teams.replit.dev tech technology teckids.org telebit.xyz telemark.no
test.code-builder-stg.platform.salesforce.com testing.thingdust.io tf th thingdust.io tj tl tm tm.no tn tn.us to
tochigi.jp today tokushima.jp tokyo.jp tools top torproject.net tottori.jp toyama.jp tr tr.no transip.me transurl.be
transurl.eu transurl.nl trendhosting.cloud triton.zone ts.net tst.site tt tv tw tx.us typeform.com tz ua ug uk
upsun.app us us-central-1.r.cloud.int.apple us-central-2.r.cloud.int.apple us-east-1.airflow.amazonaws.com
us-east-1.amazonaws.com us-east-1.amazoncognito.com us-east-1.cs.amazonlightsail.com us-east-1.on.aws
us-east-1.r.cloud.int.apple us-east-1.rds.amazonaws.com us-east-1.sagemaker.aws us-east-2.airflow.amazonaws.com
us-east-2.amazonaws.com us-east-2.amazoncognito.com us-east-2.cs.amazonlightsail.com us-east-2.on.aws
us-east-2.r.cloud.int.apple us-east-2.rds.amazonaws.com us-east-2.sagemaker.aws us-gov-east-1.amazonaws.com
us-gov-east-1.amazoncognito.com us-gov-east-1.on.aws us-gov-east-1.rds.amazonaws.com us-gov-east-1.sagemaker.aws
us-gov-west-1.amazonaws.com us-gov-west-1.amazoncognito.com us-gov-west-1.on.aws us-gov-west-1.rds.amazonaws.com
us-gov-west-1.sagemaker.aws us-northeast-1.rds.amazonaws.com us-west-1.airflow.amazonaws.com us-west-1.amazonaws.com
us-west-1.amazoncognito.com us-west-1.on.aws us-west-1.r.cloud.int.apple us-west-1.rds.amazonaws.com
us-west-1.sagemaker.aws us-west-2.airflow.amazonaws.com us-west-2.amazonaws.com us-west-2.amazoncognito.com
us-west-2.cs.amazonlightsail.com us-west-2.on.aws us-west-2.r.cloud.int.apple us-west-2.rds.amazonaws.com
us-west-2.sagemaker.aws us-west-3.r.cloud.int.apple us.object.ncloudstorage.com user.fm user.localcert.dev
usercontent.goog usgovcloudapi.net ut.us uy uz va.no va.us val.run vc ve vestfold.no vf.no vg vi vi.us vip vn
vps-host.net vps.myjino.ru vt.us vu vultrobjects.com w.crm.dev w3s.link wa.crm.dev wa.us wadl.top wafaicloud.com
wakayama.jp wb.crm.dev wc.crm.dev wd.crm.dev we.crm.dev webaccel.jp webhare.dev webhosting.be webpaas.ovh.net
website website.ncloudstorage.com wf wf.crm.dev wi.us wiardweb.com wiki windows.net wmcloud.org
wordsmithmcpcontent.com work wpenginepowered.com ws wtf wv.us wy.us xenonconnect.de xmit.co xn--4dbrk0ce xn--90a3ac
xn--j6w193g xn--mre-og-romsdal-qqb.no xn--o3cw4h xn--p1acf xn--stfold-9xa.no xyz yamagata.jp yamaguchi.jp
yamanashi.jp yandexcloud.net ye yokohama.jp yt za zerops.app zerops.zone zm zone ztna-dingtalk.com zw østfold.no рус
срб ישראל ไทย 香港
`
    .trim()
    .split(/\s/),
);
