"""Words that may mean danger, in Spanish. How they are written: see words."""

ANYWHERE = """
(suicid*|suisid*|zuicid*|suicd*)
(matarme|matarse|matarnos|ahorcarme|colgarme|dispararme|ahogarme|envenenarme|asfixiarme)
(apunalarme|balacearme|suicidarme|lastimarme|lastimarse|herirme|golpearme|castigarme|danarme)
(cortarme|rajarme|quemarme|cortandome|lastimandome|golpeandome|autolesi*|morirme|morirse)
me [quiero|voy a|quisiera|podria|deberia|queria|kiero|dan ganas de] (matar|suicidar|ahorcar)
me (quiero|voy a|quisiera|podria|kiero) (colgar|disparar|ahogar|envenenar|quitar la vida)
me (quiero|voy a|quisiera|podria|kiero) (lastimar|cortar|herir|danar|golpear|quemar|rajar)
me (mato|mate|matara|muera|muriera|lastimo|lastime|hiero|corto|corte|rajo|raje)
me (estoy|ando|he) (cortando|lastimando|cortado|lastimado|golpeando|quemando|haciendo dano)
me golpeo (la|el|contra|con|a mi)
(me|quem*|cort*|lastim*|golpe*|choc*) .. (a|de) proposito
se (quiere|va a|quiso|intento) (matar|morir|suicidar|lastimar|cortar|ahorcar|quitar la vida)
(hacerme|hago|hice|haciendome|hacer|haga|hacerse) [un|el|algun|mucho] dano
hacerme (algo|una tonteria|una locura)
hacer (una|alguna) (tonteria|locura|estupidez)
(volvi|volver|empece|empezar) a (cortarme|lastimarme|cortar)
[cortarme] las venas
(pegarme|darme|meterme|pego|doy) un (tiro|balazo)
(quit*|kit*) [me] la vida
(acab*|termin*) [ya] con (mi vida|todo|esto|mi sufrimiento|mi dolor|mi existencia)
(poner|ponerle|dar|darle) fin a (mi vida|todo|esto|mi sufrimiento|mi dolor)
(quiero|quisiera) que [ya] [todo|esto|se] [se|esto] (acabe|termine|pare) [todo]

(quier*|quisiera|kiero|dese*|prefer*|prefier*|ganas|gustaria|pienso|pensando|espero) .. morir*
(me|a|dejen|dejenme|mejor|debo|deberia) [quiero|quisiera|voy a|dejen] morir
pensamientos de (muerte|morir*|hacerme|matar*|lastimar*)
(queria|quise|mejor|merezco) [me] morir*
(me|yo) muero
[estoy|me estoy] muriendo
(quier*|quisiera|prefer*|prefier*|dese*|gustaria|estaria|mejor|ojala|estar|estuviera) .. muert*
ojala .. (muera|muriera|mato|matara)
(ojala|espero|quisiera|quiero) .. (no|nunca) (despert*|amanec*|hubiera nacido|haber nacido)
(quiero|quisiera|mejor|ganas de|voy a) desaparecer
(dormir|dormirme) .. (no|nunca) despertar
dormir* para siempre
no [me] (quiero|quisiera|kiero|queria) [ya] [seguir] (viv*|exist*|despert*)
no [me] (quiero|quisiera|kiero|queria) [ya] [seguir] estar (viv*|aqui|en este mundo|con vida)
no quiero [ya] seguir (asi|aqui|adelante|con vida|con esto|mas)
ya no quiero (nada|seguir|vivir|despertar|existir|esta vida|mi vida)
no (puedo|podria) [ya] seguir [mas] (asi|adelante|viv*|con esto|con mi vida)
ya no puedo (mas|seguir|con esto|con todo|con la vida|con mi vida|vivir)
no (puedo|aguanto|doy|soporto|resisto) (mas|esto mas|esto ya)
(no|ya no) (aguanto|soporto|resisto) (vivir|la vida|esta vida|este dolor|este sufrimiento|esto)
ya no (aguanto|soporto|resisto)
(ganas|razon|razones|motivo|motivos|sentido|vale la pena) [de|para|en] (vivir|seguir)
(por que|para que|porque) [seguir|sigo] (vivir|viviendo|seguir viviendo|vivo)
no [le] (encuentro|veo|hallo) [ningun|el] sentido
(vida|nada) [ya] [no] tiene [ya] [ningun] sentido
(mi vida|la vida) [ya] no (vale|sirve|importa)
(estar|irme|reunirme|ir) con mi .. (murio|fallecid*|muert*|difunt*)
no merezco (vivir|la vida|estar viv*|estar aqui)
(cansad*|hart*|asquead*) de (vivir|la vida|mi vida|estar viv*|existir|esta vida)
(canse|cansado|cansada|harte) de (vivir|la vida)
dejar de (vivir|existir|sufrir)
odio (mi vida|vivir|la vida)
sin (esperanza|esperanzas|ganas de vivir)
(no tengo|perdi|perdido|ya no hay|no hay|no queda) [la|ninguna|las|toda|mas] esperanza*
(todos|mi familia|mis hijos|ellos|el mundo|estarian|estaria) .. (mejor|mejores) sin mi
(mejor|mejores) (sin mi|si me muero)
(mejor|mejores) si [ya|yo] no (estuviera|existiera)
(soy|siento|siendo|ser) [solo] una carga
nadie me (extrana*|echaria de menos|va a extranar)
a nadie le (importo|importa si|intereso|hago falta)

(adios|hasta) (para siempre|mundo|a todos|mundo cruel)
(me despido|es mi despedida|mi carta de despedida)
mi (ultimo|ultima|final) (mensaje|dia|noche|carta|adios|despedida|voluntad)
es mi adios
(cuando|si) (lean|leas|lea) esto
digan* a (mis|mi) .. (amo|quiero|quise|ame)
pronto [ya] no (estare|voy a estar)

(sobredosis|sobredocis)
sobre dosis
(tom*|trag*) .. (todas|muchas|demasiadas|monton|puno|varias) .. (pastilla*|pildora*|medic*)
(tom*|trag*) [me] [como] ## (pastilla*|pildora*|tableta*|capsula*)
(tom*|trag*) .. (frasco|bote) [de|entero|completo]
(todas|muchas|demasiadas) (las|mis) (pastillas|pildoras)
tom* (cloro|veneno|raticida|insecticida)
(tirarme|aventarme|lanzarme|arrojarme|saltar|brincar) .. (puente|edificio|tren|carro|camion)
(tirarme|aventarme|lanzarme|arrojarme|saltar|brincar) .. (ventana|techo|azotea|vias|balcon)
me (quiero|voy a) (tirar|aventar|lanzar)
(pistola|arma|cuchillo|navaja|cuerda) .. (en la|en mi|cabeza|cuello|mano|cargada)
(tengo|tiene|compre|consegui) [una|un|la|el] (pistola|arma|soga)
soga

(no|ni) (estoy|me siento|me encuentro|estamos|estare|sentirme|estar) a salvo
no me siento segur*
no estoy segur* (en mi casa|en casa|aqui|conmigo|en esta casa)
(estoy|en|corro|corremos|estamos|hay) peligro
tengo miedo de (mi mism*|hacer*|lo que pueda|lo que voy|lastimar*|matar*|cortar*)
[le] tengo miedo (a|de) mi (esposo|pareja|marido|novio|papa)
no confio en mi
(voy a|quiero|quisiera|podria) matar*
(me|nos) (va|quiere|van|quieren|quiso|intento) [a] (matar|hacer dano|pegar|lastimar)
me (pega|golpea|maltrata|viola|violo|violaron|amenaza|amenazo|golpearon)
(me|nos) (esta|estan) (pegando|golpeando|lastimando|amenazando|ahorcando|haciendo dano)
(el|ella|esposo|marido|novio|novia|pareja|papa|hijo|ex) me (pego|golpeo|lastimo|quiere matar)
no (puedo|puede|podia) [ni] respirar
dolor (de|en el) pecho
me duele el pecho
(ambulancia|infarto)
ataque al corazon
"""

# The whole text is no more than this: a plea, not a question.
ALONE = """
(ayudame|ayudenme|ayudeme) [por favor|ya|urgente]
por favor (ayuda|ayudame|ayudenme|ayudeme)
ayuda (por favor|ya|urgente|ayuda)
urgente ayuda
[por favor] [yo] necesito [mucha] ayuda [ya|urgente|ahora|por favor|ahorita|urgentemente]
(auxilio|socorro|sos|salvenme|me rindo|adios|que me muera|no aguanto)
[es|esto es] [una] emergencia
[estoy en|tengo una|en] [una] crisis
[estoy|estamos] [en] peligro
(no estoy bien|estoy mal|estoy muy mal|estoy desesperad*)
tengo [mucho] miedo
ya no (puedo|quiero|estare|voy a estar)
no puedo seguir
ya [quiero] que [se] [todo] [esto] [se] acabe [todo]
que [todo] [esto] se acabe
"""

# No danger, whatever stands in them. Kept few: in doubt it is danger.
HARMLESS = """
cortarme (el pelo|el cabello|el fleco|las unas|las puntas)
cortar (el pelo|el cabello|las unas)
me corte (el pelo|el cabello|el dedo|un dedo|las unas|cocinando|afeitandome|rasurandome)
matar el (tiempo|rato)
no puedo mas (tarde|temprano|que)
(muero|muerta|muerto|muriendo|morir|morirme) (de|del|de la) (risa|hambre|sueno|sed|frio|calor)
(muero|muerta|muerto|muriendo|morir|morirme) (de|de la) (cansancio|pena|verguenza)
no puedo mas con (este|el) (link|enlace|video|formulario)
no doy mas (datos|informacion)
(muero|muriendo) (de ganas|por ver*|por saber|por conocer)
"""
