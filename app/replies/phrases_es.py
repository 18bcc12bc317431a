"""What patients write in Spanish, phrase by phrase. How they are written: see phrase_book."""

# Opts out only when it is the whole text: "cancelar" with anything beside it may mean the visit.
STOP_ALONE = """
cancelar
cancelen
baja
"""

# Opts out beside courtesies.
STOP_WORD = """
(alto|parar|pare|paren|paren ya|para ya|pare ya|alto ya|ya paren|ya pare|detener|detengan|
    detenganse)
"""

# Opts out beside anything that is a sentence of its own.
STOP = """
[ya] no me (escriban|manden mensajes|escriba|texteen|manden nada|envien mensajes) (a|en) (este|
    mi) (numero|telefono|celular)
(quiero|pido|necesito|solicito|les pido) que (dejen|paren) de (mandarme|enviarme|escribirme|mandar|
    enviar|molestarme|textearme) [mas] [mensajes|textos]
[ya] (dejen|deje|deja|paren) de (mandar|enviar) [mas|tantos|sus|estos] (mensajes|textos)
ya no (manden|mande|envien|envie) [mas|mensajes|textos|mas mensajes|nada]
no (manden|envien) mas
[ya] no (me vuelvan|me vuelva|vuelvan|vuelva) a (escribir|escribirme|mandar mensajes|
    mandarme mensajes|textear|enviar mensajes|mandarme nada|contactar)
(cancelar|cancelen) [la|mi] suscripcion
(dar|den|darme) de baja (mi numero|este numero|el servicio|los mensajes|mi telefono)
como (me doy de baja|cancelo los mensajes|dejo de recibir mensajes|paro los mensajes|
    cancelo estos mensajes|quito los mensajes)
(dejen|deje|deja|paren|pare|para) (de|con) (escribirme|mandarme|enviarme|textearme|mensajearme|
    molestarme|contactarme|mandar|enviar|mandarme mas) [mas] [mensajes|textos|mensajes de texto|
    cosas] [ya]
(paren|pare|para|dejen|alto a|alto con|parar) (los|estos|sus|con los|con sus) (mensajes|textos)
ya no me (manden|mande|mandes|envien|envie|envies|escriban|escriba|escribas|texteen|textee|
    contacten|contacte|molesten|mensajeen) [mas] [nada|mensajes|textos|mensajes de texto|
    estos mensajes|sus mensajes] [mas]
no me (manden|mande|mandes|envien|envie|envies|escriban|escriba|escribas|texteen|contacten|contacte|
    molesten) [mas|nada|ya] [mensajes|textos|mensajes de texto|estos mensajes] [mas|ya]
no (manden|envien|mande|envie|mandes) [mas|me] (mensajes|textos|mensajes de texto)
(no|ya no|basta de|sin) [mas] (mensajes|textos|mensajes de texto)
(no|ya no) (quiero|deseo|quisiera) [recibir|mas|que me manden|que me envien] [mas] [sus|estos|
    los] (mensajes|textos|mensajes de texto) [suyos|de ustedes|por favor]
(no|ya no) (quiero|deseo) que me (escriban|manden nada|texteen|contacten|molesten|escriba) [mas]
(quiero|deseo|quisiera|necesito|favor de|me quiero) (darme de baja|dar de baja|
    cancelar los mensajes|cancelar mensajes|cancelar los textos|dejar de recibir mensajes)
(darme|dar|denme|deme|dame|dar mi numero) de baja
(quitenme|quiteme|quitame|saquenme|saqueme|borrenme|borreme|eliminenme|eliminen) [de] [la|su|
    esta] [lista|mi numero]
(quiten|borren|eliminen|borre|quite|elimine|saquen) mi numero [de su lista|de la lista]
(cancelar|cancelen|cancele|detener|detengan|parar) [los|estos|sus|mis] (mensajes|textos|
    mensajes de texto)
"""

START = """
(reanudar|comenzar|empezar|iniciar) [mensajes|los mensajes]
(ya|si) (me pueden|pueden|puede) (mandar|enviar|escribir|mandarme|enviarme|
    escribirme) [mensajes] [otra vez|de nuevo]
(pueden|puede|me pueden) (mandarme|enviarme|escribirme|escribir|mandar|enviar) [mensajes] (otra vez|
    de nuevo|nuevamente)
quiero [volver a] recibir [los|sus] mensajes [otra vez|de nuevo]
(mandenme|enviemne|envienme|escribanme) [mensajes] (otra vez|de nuevo)
"""

HELP = """
(ayuda|informacion|informes)
"""

# The word alone or beside a courtesy.
CALL_WORD = """
(llamar|llamen|llame|llamada|llama)
"""

CALL = """

que (alguien me llame|me llamen|me llame|me marquen) [hoy|mañana|por telefono|alguien]
alguien que me (llame|marque)
(quisiera|quiero|necesito|me gustaria) que (me llamaran|me marcaran|me llame|me llamen|me llamara|
    alguien me llame|me llame alguien|me llame la doctora) [hoy|mañana]
(me puede|me podria|puede|podria) (llamar|llamarme|marcar) (la doctora|el doctor|alguien|
    la enfermera|la dra|el dr)
mejor (llamenme|me llaman|llameme|llamame|marquenme|me marcan)
(necesito|quiero|quisiera|me gustaria) hablar con (alguien|la doctora|el doctor|una persona|
    la enfermera|la clinica) [por telefono|por favor|hoy]
(llamame|llameme|llamenme|marcame|marqueme|marquenme|telefoneenme|marcarme|llamarme) [ya|ahora|hoy|
    mañana|luego|mas tarde|despues|mejor|cuando pueda|cuando puedan|por telefono|ahorita]
(llamame|llameme|llamenme|marcame|marqueme|marquenme) [hoy|mañana] (a las #|a la #|despues de las #|
    en la tarde|por la tarde|en la mañana|por la mañana|al rato)
[me] (pueden|puede|puedes|podrian|podria) [alguien] (llamarme|marcarme|hablarme por telefono|llamar|
    marcar|dar una llamada) [hoy|mañana|mejor|ahora|ahorita|luego|mas tarde|por telefono|
    cuando puedan|cuando pueda]
(alguien me puede|alguien puede|alguien podria|alguien me podria) (llamar|llamarme|marcar|
    marcarme) [hoy|mañana|por telefono]
me (llaman|llama|llamas|marcan|marca|marcas) [hoy|mañana|mejor|luego|por telefono|cuando puedan]
(hablenme|hableme|hablame|me hablan|me pueden hablar|me puede hablar) por telefono [mejor]
(necesito|quiero|prefiero|quisiera|me gustaria|mejor) [que] (me llamen|me llame|me marquen|
    me marque|una llamada|llamada|hablar por telefono|que me llamen) [hoy|mañana|mejor|de telefono|
    por telefono|telefonica]
(mejor por telefono|por telefono mejor|por telefono|prefiero por telefono|puede ser por telefono|
    podria ser por telefono|podemos por telefono|podemos hablar por telefono|
    podemos hacerlo por telefono|se puede por telefono)
(denme|deme|dame|echenme|echeme|echame) una (llamada|llamadita)
"""

# The word alone or beside a courtesy.
LATER_WORD = """
(luego|mas tarde|mas tardecito|despues)
"""

LATER = """
(ok|si|vale|bueno|esta bien) [mejor] (luego|mas tarde|despues)

(podemos|podriamos|puedo|podria|se puede) hablar [mejor] (mañana|otro dia|mas tarde|luego|el @|
    la proxima semana|en otro momento)
(la|lo|nos la) (podemos|podriamos|pueden|puede|podrian|podria) (pasar|mover|cambiar|dejar) (a|
    para) (mañana|otro dia|otra hora|mas tarde|el @|la proxima semana)
(dejemoslo|dejemosla|dejarlo|dejarla|pasemosla|pasemoslo|movamosla|cambiemosla) (para|
    a) (mañana|otro dia|otra hora|mas tarde|luego|el @)
[todavia|aun] no (estoy|me siento) (lista|listo|preparada|preparado) para (hablar|esto|la cita)
no (me siento|estoy) [muy|tan] (bien|con animos|con ganas) para (hablar|esto|la cita|
    la llamada) [hoy]
no me siento con ganas [hoy|para hablar|para hablar hoy]
(hoy mejor no|mejor hoy no|hoy ya no|ya no puedo hoy|hoy ya no puedo)
[hoy] no me es posible [hoy|hoy dia]
[hoy] no (voy a llegar|alcanzo|alcanzo a llegar|llego) (hoy|a la cita hoy|a mi cita hoy|
    a la cita de hoy|a mi cita de hoy)
(hoy se me complica|se me complico hoy|se me complico el dia de hoy|se me complica hoy|
    hoy se me dificulta|hoy se me hace dificil)
[me] (pueden|puede|podrian|podria|da|dan) [dar|dar una|pasar|agendar] (otra hora|otro dia|otra cita|
    otra fecha|otro horario|para mañana) [por favor|hoy|mañana]
(hay|tienen|tiene|habra|tendran) [alguna] (otra hora|otro horario|otro espacio|algo|otra cita|
    lugar) (hoy|mañana|mas tarde|esta semana|otro dia|en la tarde)
prefiero (mañana|mañana mejor|mas tarde|en la tarde|el @|la proxima semana)
[todavia|aun] no (estoy|me siento) (lista|listo|preparada|preparado) [todavia|aun|hoy]
(quiero|necesito|quisiera|ocupo|prefiero|me gustaria) (cambiarla|moverla|moverlo|cambiarlo|
    reagendarla|reprogramarla|posponerla|pasarla|dejarla) [para|a] [mañana|otro dia|otra hora|
    mas tarde|el @]
en este momento no [puedo|es posible]
(cambienme|cambieme|muevanme|pasenme|paseme|muevame|reagendenme|reagendeme) [la cita|mi cita|
    la hora] [para|a] [mañana|otro dia|otra hora|mas tarde|el @]
(mas al rato|luego mejor|mejor luego|mejor mas tarde|mas tarde mejor|mejor despues|despues mejor)
[no] hoy no [puedo|podre|voy a poder|se puede|me es posible|va a poder ser|por favor|
    estoy para esto|creo poder|mejor]
[yo] no (puedo|podre|voy a poder|creo poder|creo que pueda) hoy
[hoy] no (podre|voy a poder|voy a alcanzar a|creo poder) (asistir|ir|conectarme|estar|entrar|llegar|
    tomar la llamada|hacerlo|hacer la cita|tener la cita|acudir|unirme) [hoy|a la cita|a mi cita]
no puedo (asistir|ir|estar) [hoy|a la cita|a mi cita]
(hoy no puedo|no puedo hoy) (asistir|ir|conectarme|hacerlo|hablar|estar|entrar)
(ahorita|ahora) no [puedo|por favor|es buen momento]
no (ahorita|ahora|puedo ahorita|puedo ahora)
(no es|no es un|hoy no es|hoy no es un|no es el|ahorita no es|ahorita no es un) (buen momento|
    buen dia|mejor momento) [para mi]
no (estoy|me siento|me encuentro) [muy|todavia|aun] (lista|listo|preparada|preparado|con animos|
    con animo|de animo) [hoy|para hablar|para esto|para la cita|ahorita]
[hoy] no (estoy|me siento) (lista|listo|preparada|preparado|con animos|de animo|en condiciones)
no tengo (animos|ganas|animo|cabeza|fuerzas) (hoy|para hablar hoy|para hablar|ahorita)
[mejor] (mañana|otro dia|otra hora|otro momento|en otro momento|otra fecha|el @|la proxima semana|
    para otro dia|en la tarde|en otra ocasion|otro dia de esta semana) mejor
mejor (mañana|otro dia|otra hora|en otro momento|otro momento|para mañana|el @|para otro dia|
    lo dejamos para mañana|lo dejamos para otro dia|la proxima semana|hasta mañana|en la tarde|
    mañana en la mañana|mañana en la tarde)
[en|para|a|tal vez|quiza|quizas|puede ser|que tal|seria posible] (otro dia|otra hora|otro momento|
    otra fecha|otra ocasion) [por favor|seria posible|puede ser|se puede|esta semana]
(tal vez|quiza|quizas|a lo mejor|que tal|mejor seria|puede ser|y si mejor) (mañana|el @|mas tarde|
    luego|en la tarde)
(podemos|podriamos|se puede|se podria|puedo|podria|pueden|puede|es posible|seria posible|me pueden|
    me puede|me podrian|hay forma de|habra forma de|podran) [mejor|por favor] (cambiar|mover|
    reagendar|reprogramar|posponer|aplazar|recorrer|cambiarla|cambiarlo|moverla|moverlo|reagendarla|
    reprogramarla|posponerla|posponerlo|cambiarme|reagendarme|pasarla|pasarlo|dejarlo|dejarla|
    hacerlo|hacerla) [la cita|mi cita|nuestra cita|la hora|mi hora|de hora|el dia|de dia|la visita|
    mi visita|la llamada|la sesion|mi sesion|la fecha|de fecha|el horario|mi horario|de horario|
    la hora de la cita|la hora de mi cita] [para|a|al] [mañana|otro dia|otra hora|mas tarde|el @|
    la proxima semana|luego|otro horario|la tarde]
(necesito|quiero|quisiera|tengo que|me gustaria|prefiero|ocupo|deseo|voy a tener que|tendre que|
    voy a) (cambiar|mover|reagendar|reprogramar|posponer|aplazar|recorrer) [la cita|mi cita|
    nuestra cita|la hora|mi hora|de hora|el dia|de dia|la visita|mi visita|la llamada|la sesion|
    mi sesion|la fecha|de fecha|el horario|mi horario|de horario|la hora de la cita|
    la hora de mi cita] [para|a|al] [mañana|otro dia|otra hora|mas tarde|el @]
(reagendar|reprogramar|posponer|aplazar) [la cita|mi cita|nuestra cita|la hora|mi hora|de hora|
    el dia|de dia|la visita|mi visita|la llamada|la sesion|mi sesion|la fecha|de fecha|el horario|
    mi horario|de horario|la hora de la cita|la hora de mi cita] [por favor]
cambiar (la cita|mi cita|la hora|de hora|de dia|la fecha|mi hora)
(podemos|podriamos|podria ser|puede ser|se puede|se podria|lo hacemos|la hacemos|lo dejamos|
    la dejamos|intentamos|lo intentamos|probamos) [hacerlo|intentar|intentarlo|dejarlo|mejor] [para|
    a] (mañana|otro dia|mas tarde|luego|el @|en otro momento|las #|a las #|otra hora|el @ a las #|
    mañana a las #|la proxima semana|en la tarde)
(necesito|quiero|prefiero|quisiera|me gustaria|ocupo|busco) (otra hora|otro dia|otro horario|
    una hora diferente|otra fecha|un dia diferente|otra cita|mas tarde|mañana mejor|que sea mañana|
    que sea otro dia)
(hay|tienen|tiene|tendran|habra|no hay|no tienen|que) [alguna|algun|algo] (otra hora|otro horario|
    otros horarios|otras horas|otro dia|mas tarde|otras fechas|para mañana|
    otro espacio) [disponible|disponibles|tienen|hay]
no (me queda|me funciona|me sirve|me viene bien|puedo a) (esa hora|ese dia|hoy|ese horario|el @|
    las #|esa fecha|a esa hora)
(hoy|esa hora|ese dia|ese horario|a esa hora|a las #|el @) no (me queda|me funciona|me sirve|puedo|
    me viene bien|me acomoda|se me acomoda|podre)
"""
