"""What stands beside a wish, in Spanish: yes, reasons, courtesies, doubts. See notation."""

# Explains or softens, and asks for nothing by itself.
REASON = """
(si se puede|si es posible|si pueden|si puede|si no es molestia|si fuera posible)
(avisenme|me avisan|es que|la verdad)
(mañana|el @|hoy|por hoy|para hoy)
mañana (si|puedo|si puedo|con gusto)
se me complico [hoy|el dia|la mañana|todo|el trabajo|la tarde]
(amaneci mal|amaneci muy mal|estoy muy mal dormida|estoy mal dormida|estoy mal dormido|
    ando desvelada)
no (sirve|funciona|abre|carga|jala|me abre|me funciona) (el video|el link|el enlace|la camara|
    el internet)
(pero|creo que|tal vez|quiza|no ,)
[tuve|pase|fue|ha sido|he tenido|es|paso|estoy teniendo] [una|muy|un] (mala noche|mal dia|
    noche mala|noche dificil|dia dificil|noche fea|dia pesado|noche pesada|muy mala noche|
    mala mañana)
[casi] no (dormi|pude dormir|he dormido) [bien|nada|anoche|mucho]
(estoy|ando|me siento|amaneci) [muy|bien|super|demasiado|un poco] (cansada|cansado|agotada|agotado|
    enferma|enfermo|mareada|mareado|ocupada|ocupado|abrumada|abrumado|desvelada|desvelado)
no (me siento|estoy|amaneci|me encuentro|ando) [muy|tan|nada] bien [hoy]
(estoy|ando|sigo) (en el trabajo|trabajando|en una junta|en junta|en cama|con mis hijos|fuera|
    de viaje|fuera de la ciudad)
(tengo que trabajar|me toca trabajar|tengo trabajo|me salio algo|me surgio algo|tengo un compromiso|
    tengo gripa|tengo migraña|me salio un imprevisto|tuve un imprevisto|tengo mucho trabajo|
    me duele la cabeza|se me olvido|me quede dormida|me quede dormido)
"""

OK = """
hasta (mañana|entonces|pronto)
(sipi|simon|si simon|oks)
[si] (confirmo|confirmada|confirmado) [mi cita|la cita|mi visita|mi asistencia|cita] [de|del|para|
    para el|a] (mañana|hoy|@|las #|las # de la mañana|mañana a las #)
[si] (ahi|alli|aqui) (estare|voy a estar|estaremos) (mañana|a las #|el @|mañana a las #|puntual|
    sin falta|con gusto)
(si|sip|sii|simon que si|si señor|si señora|si doctora|si doctor|si claro|si esta bien|si por favor|
    si puedo|si voy|si asistire|si ahi estare|si confirmo)
(claro|claro que si|por supuesto|desde luego|como no|seguro que si|sin falta)
(vale|sale|sale vale|sale pues|va|va pues|ya vas|dale|orale|orale pues|oki|okis|ta bien|ta bueno|
    esta bien|esta bueno|esta perfecto|me parece bien|me parece|me parece perfecto)
(de acuerdo|deacuerdo|conforme|perfecto|excelente|muy bien|bueno|genial|estupendo|listo|lista|
    enterada|enterado|entendido|recibido|anotado|por mi bien|correcto|asi es|afirmativo|ok perfecto)
[si] (confirmo|confirmado|confirmada|confirmar|confirmamos|queda confirmado|queda confirmada|
    confirmo mi cita|confirmo la cita|confirmo mi asistencia|confirmo asistencia|
    confirmo que asistire|cita confirmada)
[si] (ahi|alli|aqui|alla) (estare|estaremos|voy a estar|nos vemos|estoy|andare|toy|los veo|le veo|
    la veo|lo veo)
(nos vemos|te veo|le veo|la veo|lo veo|los veo) (mañana|entonces|pronto|ahi|alli|el @|a las #|
    mañana a las #|en la mañana|alla)
[si] (cuenten conmigo|cuente conmigo|estare lista|estare listo|estare pendiente|estare ahi|
    estare al pendiente|asistire|voy a asistir|ahi estare sin falta|alli estare sin falta|
    estare puntual|ahi estare mañana|ahi estare puntual|estare disponible|voy a estar|
    ahi voy a estar)
(esa hora|a esa hora|ese dia|ese horario|a las #) (esta bien|me queda bien|me funciona|
    esta perfecto|si puedo|me parece bien|perfecto)
(me queda bien|me queda perfecto|me funciona|si me queda|por mi perfecto|no hay problema|
    sin problema|ningun problema|con gusto|con mucho gusto|encantada|encantado)
"""

COURTESY = """
por (el recordatorio|recordarme|avisar|avisarme|avisarnos|su ayuda|su atencion|el mensaje|todo)
(hola|buenas|buenos dias|buen dia|buenas tardes|buenas noches|que tal|saludos|hola que tal|
    hola buenos dias|hola buenas tardes|estimados|muy buenos dias)
(gracias|muchas gracias|mil gracias|muchisimas gracias|se lo agradezco|se los agradezco|
    le agradezco|les agradezco|muy amable|muy amables|gracias por avisar|gracias por todo|
    gracias por recordarme|gracias por el recordatorio|gracias por su comprension|
    gracias de antemano|dios los bendiga|dios le bendiga|bendiciones|que dios los bendiga|
    igualmente)
(por favor|si me hace favor|si son tan amables|de favor)
(perdon|perdone|perdonen|disculpe|disculpen|disculpa|lo siento|lo siento mucho|una disculpa|
    mil disculpas|que pena|perdon la molestia|disculpe la molestia|disculpen la molestia|
    perdon por avisar tarde)
(y|pues|este|ay|oh|eh|oiga|oigan|mire|miren|jaja|jajaja|jaj|doctora|doctor|doc|dra|señorita|señora|
    que tenga buen dia|que tengan buen dia|buen dia|bonito dia|feliz dia|cuidese|todo bien|entonces|
    que esten bien|excelente dia)
"""

# Looks like one thing and is another: a person reads it.
DOUBT = """
tengo que (reagendar|reprogramar|cambiar la cita|cambiar mi cita|cambiar la hora) ?
(luego luego|dale saludos|dale un|dale las|dale mis|dale a|dale que)
(hasta|nos vemos|hablamos|te hablo|le hablo|les hablo|les aviso|le aviso|te aviso|luego nos vemos|
    desde) luego ?
(hasta|nos vemos|hablamos|te hablo|le hablo|les hablo|les aviso|le aviso|te aviso) (luego|mas tarde|
    despues)
(luego|mas tarde|despues|mañana) [les|le|te|me|los] (aviso|digo|hablo|llamo|marco|escribo|confirmo|
    conecto)
(cancelar|cancelen|baja|luego|si) ?
(no|ya no|nunca) (llamar|llame|llamen|me llamen|me llame|llamame|me llames|me marquen)
[pero] (por telefono|por llamada) no
"""
