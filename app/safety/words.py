"""Words that may mean danger to somebody, in English and Spanish. A net with holes.

It adds to the control on every page and to the question in every form, it never replaces them.
Negation is no excuse: "I'm not going to kill myself" is read by a person too. When in doubt, it is
danger. One list for everything patients write; it holds words, so a phone can be given it as well.

Written as in notation; `a*` stands for words that begin so, `..` for up to three words between,
`#` for a number. Everything is compared as plain words.
"""

import re

from app.safety.notation import Part, phrases
from app.safety.plain_words import plain_words

ANYWHERE = """
suicid*
suicde*
suiside*
suisid*
sucide*
sucid*
suacid*
suicied*
suecid*
sui cide
su cide
sewerslide
unalive*
un alive
kms
kys
(kill|killing|kil|kll|kl|kiling) (myself|my self|mysel|meself|my life|me)
(kill|killing|hurt|hurting|cutting|harm) (himself|herself|themselves|themself|yourself|urself)
(hurt|hurting|harm|harming|cut|cutting|hang|hanging|shoot|shooting) (myself|my self|mysel)
(drown|drowning|poison|poisoning|burn|burning|starve|starving|stab|stabbing) (myself|my self)
(off|offing|delete|deleting|erase|overdose|overdosing|strangle|choke|punish) (myself|my self)
(do|did|doing) something .. to (myself|my self)
(feel*|felt) like (dying|ending|killing|i am dying|i want to die)
hurt* .. on purpose
end* (my|this|own|it) life
end* my own life
end* it all
end* everything
(want|wanted|wish|going|ready|about|decided|plan|planning) to end it
(want|wish|need) (it|everything|this) [all] to (end|be over|stop) .. (all|forever|for good)
(want|wish) it all to (stop|end|be over)
(want|wish) everything to (stop|end|be over)
(take|taking|took) my [own] life
(want*|wish*|ready|rather|going|like|hope|hoping|hoped|prefer*|deserve*|trying|tried) [to] die
(want*|wish*|ready|going|like|hope*|deserve*|trying|tried) to [just] die
(want*|wish*|rather|better) [to] [just] be dead
(better|best) off dead
better dead
(feel*|felt|thought* of|thinking of|think* about|thought* about|want*|afraid of|scared of) dying
(think|thinking|thought*) [of|about] (death|killing|ending|dying)
i am dying
wish* i (was|were|would be|am) (dead|gone|never born|not alive|not here)
wish* i (had|was|were) (never [been] born|not woken up|never woken up|died)
(wish*|hope|hoping|want) .. (not|never) (wake|waking|woke) [up]
do not want to (wake up|live|be alive|exist|go on|be here|keep living|keep going|be around)
did not want to (wake up|live|be alive|exist|go on|be here)
not want to (be here|live|be alive|exist) (anymore|any more)
want to (disappear|not exist|stop existing|stop living|not be here|sleep forever|not wake up)
(sleep|asleep) .. (never|not) wake
no (reason|point|will) [to|in] (live|living|go on|going on|be here|keep going|being alive)
nothing [left] to live for
(everyone|everybody|they|family|kids|world|you|people) .. better [off] without me
better off without me
no one [would] miss me
nobody [would] miss me
(am|just|only) a burden
burden (to|on) (everyone|everybody|my family|my kids|them)
(can not|could not) (go on|do this anymore|do this any more|live like this|keep going|keep living)
(can not|could not) (take|do|stand|handle|bear) (it|this|life|living) (anymore|any more|any longer)
can not (do|take) it no more
(not|is not) worth living
(tired|sick|done) (of|with) (living|life|being alive|existing)
(hate|hating) (my life|being alive|living)
life is [not] (over|pointless|meaningless|worthless|worth)
(feel|feeling|felt|am|is|everything) .. hopeless
(no|lost|without|given up) [all|my|on] hope
(given|giving|give|gave) up on (life|everything|living)
goodbye (forever|everyone|everybody|world|cruel world)
this is goodbye
say* [my] goodbye*
my (last|final) (text|message|words|day|night|goodbye|note)
(by the time|when) you (read|get) this
not be (alive|around|here) (much longer|anymore|any more|for long)
will not be (alive|here anymore|around anymore)
overdos*
over dose
(to|gonna|might|will|i) od
od on
(take|taking|took|swallow*|down|downed) .. (all|whole|bottle|handful|too many|bunch) .. (pills|meds)
(take|taking|took|swallow*) .. (whole|entire) bottle
(all|whole|entire) [of] [my|the|these] (pills|meds|medication|medicine|bottle)
too many (pills|meds|tablets)
(gun|knife|blade|razor|rope|noose|belt) .. (to|on|in|around) my
(have|got|holding|bought|loaded) .. (a|the|my) [loaded] (gun|noose)
(jump|jumping|drive|driving|throw myself|step|walk) off .. (bridge|roof|building|cliff|balcony)
(jump|step|walk|throw myself) [in|out|in front] .. (traffic|train|truck)
(slit|slitting|cut|cutting) [my|own] wrist*
self harm*
selfharm*
self injur*
(been|started|start|am|back to) cutting [again|my*]
(am|feel|feeling|be|felt|is) (not|never) [really|very] [so] safe
(not|do not|did not|never) feel [very|really|so] safe
not safe (with myself|right now|here|at home|alone|anymore)
unsafe
(can not|not|trouble) (keep|keeping) myself safe
(afraid|scared|worried|terrified) .. (what i|i) [might|will|may|could|am going to|would] (do|hurt)
not trust myself
do something (stupid|bad|drastic)
(have|made|got) a plan to (end|die|kill|do it|hurt)
(going to|want to|wanna|will|might|could) (kill|murder|shoot|stab|hurt) (him|her|them|someone|you)
(going to|want to|will|might) (kill|murder|shoot|stab|hurt) (somebody|everyone|people)
(going to|trying to|wants to|will|threatened to) (kill|hurt) me
(hits|beats|hitting|beating|hurting|abusing|choked|threatening) me
(is|was|being) (abused|raped|beaten)
(can not|could not|not|hard to|trouble) [able to] (breathe|breath|breathing)
chest (pain|pains|hurts)
(heart attack|ambulance|unconscious)
matarme
matarse
(me|nos) [quiero|voy a|quisiera|podria|deberia|queria|dan ganas de] matar
(me|nos) mato
se (quiere|va a|quiso|intento) (matar|morir|suicidar|lastimar|cortar|ahorcar|quitar la vida)
quit* [me] la vida
quitarse la vida
acab* [ya] con (mi vida|todo|esto|mi sufrimiento|mi dolor)
termin* [ya] con (mi vida|todo)
(poner|ponerle|dar|darle) fin a (mi vida|todo|esto)
(quier*|quisiera|kiero|dese*|prefer*|prefier*|ganas|gustaria|pienso|pensando|espero) .. morir*
(me|a) [quiero|quisiera|voy a|dejen] morir
(queria|quise|quieria) [me] morir*
(me|yo) muero
morirme
(quier*|quisiera|prefer*|prefier*|estaria|mejor|ojala) .. muert*
(ojala|espero|quisiera|quiero) .. (no|nunca) (despert*|amanec*|hubiera nacido|haber nacido)
(ojala|si) .. me muriera
(quiero|quisiera|mejor|ganas de|voy a) desaparecer
(dormir|dormirme) .. (no|nunca) despertar
no [me] (quiero|quisiera|kiero|queria) [ya] [seguir] (viv*|exist*|despert*|estar viv*|estar aqui)
no quiero [ya] seguir (asi|aqui|adelante|viv*|con vida|con esto|mas)
ya no quiero (nada|seguir|vivir|estar|despertar|existir|esta vida)
[ya] no (puedo|aguanto|doy|soporto|resisto) (mas|esto mas|ya)
ya no (aguanto|soporto|resisto)
(ganas|razon|razones|motivo|motivos|sentido|por que|para que|vale la pena) [de|para] (vivir|seguir)
no [le] (encuentro|veo|tiene|hallo) sentido
mi vida no (vale|tiene|sirve)
la vida no (vale|tiene|sirve)
(cansad*|hart*|asquead*) de (vivir|la vida|mi vida|estar viv*|existir)
odio (mi vida|vivir|la vida)
sin (esperanza|esperanzas|ganas de vivir)
(no tengo|perdi|ya no hay|no hay) [la|ninguna|las] esperanza*
(todos|mi familia|mis hijos|ellos|el mundo) .. (mejor|mejores) sin mi
(mejor|mejores) sin mi
soy una carga
nadie me (extrana*|echaria de menos|va a extranar)
(hacerme|hago|hice|haciendome|haciendo|hacer|haga) [un|el|algun] dano
hacerme (algo|una tonteria|una locura)
hacer una (tonteria|locura)
(lastimarme|lastimarse|herirme|golpearme|castigarme|danarme|cortarme|rajarme)
me (lastimo|lastime|corto|corte|hiero|estoy cortando|estoy lastimando|he cortado|golpeo)
me (quiero|voy a|quisiera|podria) (lastimar|cortar|herir|danar|golpear)
cortandome
lastimandome
autolesi*
(ahorcarme|colgarme|dispararme|ahogarme|envenenarme|asfixiarme|apunalarme|suicidarme|balacearme)
me (quiero|voy a|quisiera|podria) (ahorcar|colgar|disparar|ahogar|envenenar|suicidar)
(pegarme|darme|meterme) un (tiro|balazo)
(tirarme|aventarme|lanzarme|arrojarme|saltar) .. (puente|edificio|tren|carro|camion|ventana|techo)
me (quiero|voy a) (tirar|aventar|lanzar)
[cortarme] las venas
sobredosis
sobre dosis
(tom*|trag*) .. (todas|muchas|demasiadas|monton|frasco|bote|puno) .. (pastilla*|pildora*|medic*)
(tom*|trag*) [me] todo el (frasco|bote)
(todas|muchas|demasiadas) [las|mis] (pastillas|pildoras|medicinas)
(no|ni) (estoy|me siento|estamos|estare|sentirme|estar) a salvo
no me siento segur*
[estoy|en|corro] peligro
tengo miedo de (mi mism*|hacer*|lo que|lastimar*|matar*|cortar*|mi esposo|mi pareja|mi marido)
no confio en mi
(adios|hasta) (para siempre|mundo|a todos)
me despido (de|para)
mi (ultimo|ultima) (mensaje|dia|noche|carta|adios|despedida)
es mi despedida
cuando (lean|leas|lea) esto
(pistola|arma|cuchillo|navaja|soga|cuerda) .. (en|mi|cabeza|cuello|mano|cargada)
(tengo|compre|consegui) [una|un] (pistola|arma|soga)
(voy a|quiero|quisiera|podria) matar*
(me|nos) (va|quiere|van|quieren) [a] (matar|hacer dano|pegar|lastimar)
me (pega|golpea|maltrata|viola|violo|amenaza|amenazo)
no (puedo|puede|podia) [ni] respirar
dolor (de|en el) pecho
me duele el pecho
(ambulancia|infarto|ataque al corazon)
"""

# The whole text is no more than this: a plea, not a question.
ALONE = """
help me
help me help me
please help [me]
help [me] (please|now|asap|right now)
(someone|somebody|anyone|anybody) [please] help [me]
(someone|somebody|anyone|anybody) please
[please] i [really] need help [now|please|asap|right now|bad|badly|urgently]
need help [now|asap|right now|badly]
sos
[it is|this is] [an] emergency
[i am in|i am having|having|in] [a] crisis
i am in (danger|trouble)
i am scared
i want to end [it|this|things]
end it
i want it to (end|stop|be over)
i am done
i give up
goodbye
i am not ok
i am not okay
not ok at all
save me
ayudame [por favor|ya]
ayudenme [por favor|ya]
ayudeme [por favor|ya]
(por favor|porfavor) (ayuda|ayudame|ayudenme|ayudeme)
ayuda (por favor|ya|urgente)
[por favor] [yo] necesito ayuda [ya|urgente|ahora|por favor|ahorita]
(auxilio|socorro)
[es|esto es] [una] emergencia
[estoy en|tengo una|en] [una] crisis
(no estoy bien|estoy mal|estoy muy mal)
tengo miedo
me rindo
adios
ya no puedo [mas]
salvenme
que [todo] (esto|se) [se] acabe
quiero que [todo] [esto] [se] (acabe|termine|pare)
"""

# Not danger, whatever stands in them. Kept few: in doubt it is danger.
HARMLESS = """
(phone|battery|car|laptop|ipad|tablet|computer|wifi|internet) (died|is dying|dead|is dead)
dying to (see|know|hear|meet|tell|try|talk)
dying (laughing|of laughter|of boredom)
# kms
(drive|walk|run|ride) .. kms
not safe to (drive|eat|take|drink|park|text)
cortarme el (pelo|cabello|fleco)
cortarme las (unas|puntas)
cortar el (pelo|cabello)
matar el (tiempo|rato)
(back|head|headache|migraine|neck|knee|tooth|stomach|heat|traffic) is killing me
no puedo mas (tarde|temprano|que)
ya no puedo mas (tarde|temprano|que)
me muero de (risa|hambre|sueno|sed|frio|calor|ganas de verl*)
"""


def tell_of_danger(body: str) -> bool:
    """Whether somebody may be in danger, by what they wrote."""
    words = [word for word in plain_words(body) if word[0].isalnum()]
    text = _HARMLESS.sub(" - ", f" {' '.join(words)} ")
    return bool(_ANYWHERE.search(text) or _ALONE.fullmatch(text))


def _pattern(lines: str) -> re.Pattern[str]:
    """A search over words that stand with one space before, between and after them."""
    ways = ("".join(map(_part, phrase)) for phrase in phrases(lines))
    return re.compile(f" (?:{'|'.join(ways)})")


def _part(part: Part) -> str:
    ways = "|".join("".join(map(_word, way)) for way in part.ways)
    return f"(?:{ways}){'?' if part.may_be_empty else ''}"


def _word(word: str) -> str:
    if word == "..":
        return "(?:[^ ]+ ){0,3}"
    if word == "#":
        return "[0-9][^ ]* "
    return " ".join(plain_words(word)) + ("[^ ]* " if word.endswith("*") else " ")


_ANYWHERE, _ALONE, _HARMLESS = map(_pattern, (ANYWHERE, ALONE, HARMLESS))
