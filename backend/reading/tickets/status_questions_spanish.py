"""The words of `asks_after` in Spanish, as they are written without accents."""

from __future__ import annotations

_FEW_WORDS = r"(?:\w+ ){0,3}?"
_SOMEBODY = (
    r"(?:alguien|algien|alguno|la cuadrilla|cuadrilla|el tecnico|tecnicos?|el camion|los trabajadores|"
    r"trabajador\w*|los linieros|ayuda)"
)
_MY_REPORT = (
    r"(?:mi|mis|el|la|ese|este|del)(?: \w+)? ?(?:reportes?|mensaje|aviso|queja|solicitud|caso|pedido|ticket|"
    r"orden(?: de servicio)?|"
    r"cambio de nombre)\b|lo que (?:yo )?(?:les |le )?(?:dije|reporte|avise|escribi|conte|mande)\b|mi reporte"
)
_NOT_POWER = (
    r"(?! (?:ya )?(?:la |el |a )?(?:luz|corriente|electricidad|energia|este mes|leer|la cita|servicio|"
    r"fibra|recibo))"
)
_COMES_VERBS = (
    rf"(?:vienen?|bienen?|vendran?|vengan?|va[n]? a (?:venir|llegar|mandar)|llegan|lleguen|llegaran|yegan|"
    rf"acuden|en camino){_NOT_POWER}"
)

SURE_SPANISH = (
    rf"\b(?:ya|si|cuando|a (?:que|q) hora|cuanto|que dia|quien|por ?que no|porque no|pq no|xq no|"
    rf"entonces) {_FEW_WORDS}(?<!que ){_COMES_VERBS}(?! mensaje| aviso| alerta| tanto)",
    rf"\b(?:alguien|algien|cuadrilla|tecnicos?|camion|trabajadores|linieros) {_FEW_WORDS}(?:{_COMES_VERBS}|"
    rf"viene|llega\b|salio|"
    rf"salieron)",
    rf"\b{_COMES_VERBS} {_FEW_WORDS}(?:{_SOMEBODY}|o no|o que|en camino|para aca|hoy)|^\W*vienen en camino|"
    rf"^\W*va[n]? a venir\b",
    rf"\b(?:va[n]? a|puede\w* que|tiene\w* que) venir hoy\b|\bsi (?:ya )?(?:viene|vienen)\b{_NOT_POWER}",
    rf"\bnadie (?:ha |a )?(?:venido|vino|viene|llega|llego|llegado|aparece|aparecio){_NOT_POWER}",
    rf"\bno (?:ha |a )?(?:venido|vino|viene|llega|llego|llegado) nadie\b{_NOT_POWER}",
    r"\b(?:mandaron|mandan|enviaron|envian|mandaran|van a (?:mandar|enviar)) (?:ya )?(?:a )?(?:alguien|algien|"
    r"la cuadrilla|una cuadrilla|gente|"
    r"un tecnico|el tecnico|el camion|ayuda)\b",
    r"\b(?:donde (?:esta|estan|anda|andan|viene|vienen)|y) (?:la cuadrilla|los trabajadores|el tecnico|los tecnicos|"
    r"el camion|los "
    r"linieros)\b|\b(?:salio|salieron) (?:ya )?(?:la cuadrilla|el camion|el tecnico)\b|"
    r"\bfalta (?:\w+ )?(?:al tecnico|a la cuadrilla|al camion|para que (?:lleguen?|vengan?))",
    rf"(?<!me )\b(?:recibieron|recibio|recibiste|llego|llegaron|tienen|tiene|quedo|pasaron|vieron|tomaron|anotaron|"
    rf"hicieron|registraron) (?:ya )?"
    rf"(?:registrad\w+ |bien )?(?:{_MY_REPORT})",
    rf"\b(?:que (?:pasa|paso|hay|saben?|fue)|como (?:va|esta|sigue|anda)|en que (?:va|quedo|esta)|estado|novedad\w*|"
    rf"noticias?|sigue|"
    rf"informacion|quien (?:tiene|lleva|atiende|ve)|status|todavia esta) (?:\w+ ){{0,2}}?(?:{_MY_REPORT})",
    r"\b(?:les|le|los) (?:han )?(?:avisaron|avisaste|avisado|dijeron|dijiste|notificaron)\b(?! que)|"
    r"\b(?:avisaste|avisaron|dijiste|avisado) (?:ya )?(?:a )?(?:alguien|la cuadrilla|ellos)\b|"
    r"\ba quien(?:es)? (?:le|les) (?:avis|dij|mand)\w+n?\b(?<!aviso)",
    r"\bquien viene\b|\bquien (?:lo|la) (?:tiene|tomo|esta viendo|ve|atiende|lleva)\b",
    r"\b(?:ya )?(?:fue|fueron|vino|vinieron|paso) (?:ya )?alguien\b|\balguien (?:ya )?(?:fue|vino|paso|lo vio|"
    r"lo esta|la esta)\b|"
    r"\bya (?:lo|la) (?:vieron|vio alguien|estan (?:viendo|arreglando|atendiendo|reparando)|atendieron)\b|"
    r"\bya saben (?:del|de lo|de mi)\b",
    r"\b(?:cuando|a que hora|que dia|ya|si) (?:me )?(?:vienen|van a venir|van) a (?:leer|conectar|prender|poner|"
    r"revisar|arreglar|ver|podar|"
    r"instalar|encender)\b|\bcuando me (?:van a )?(?:ponen|poner|conectan|conectar|prenden|prender) (?:la luz|"
    r"el servicio)\b",
    r"\bya quedo mi (?:cambio|solicitud|orden|arreglo|acuerdo|pedido)\b|\brecibieron mi (?:cambio|solicitud|pedido|"
    r"arreglo)\b|"
    r"\bya vieron mi\b",
)
LIKELY_SPANISH = (
    r"\bcuanto (?:\w+ ){0,2}?(?:tarda\w*|tengo que esperar|demora\w*|espero|falta\W*$)|\bcuanto (?:tiempo|"
    r"rato)\b(?! tengo)|"
    r"\bcuanto mas\b|\bse (?:van a )?(?:tarda\w*|demora\w*)\b|\b(?:por ?que|xq|pq) (?:\w+ )?(?:tarda\w*|demora\w*)\b",
    r"\b(?:sigo|estoy|seguimos|estamos) (?:aqui )?esperando\b|\bllevo (?:\w+ ){1,4}esperando\b",
    r"\b(?:hay|alguna|algo de|que) (?:novedad\w*|noticias?)\b|^\W*(?:novedades|noticias|estado|estatus)\W*$",
    r"\b(?:ya |si )?(?:quedo|fue|esta) (?:ya )?(?:registrad|reportad|asignad|anotad|recibid|arreglad)[oa]\b|"
    r"\b(?:les|le|te) llego\W*$|"
    r"\b(?:lo|la) recibieron\b|\brecibieron (?:esto|eso|lo)\b|\bsi (?:quedo|paso|llego)\W*$",
)
CALL_SPANISH = (
    r"\b(?:cuando|a que hora|si|ya) (?:\w+ ){0,2}?(?:me )(?:llaman|va[n]? a llamar|llamaran|devuelven la llamada)\b|"
    r"\bme (?:va|van) a llamar\b|\balguien me (?:llama|va a llamar)\b|\b(?:quien|nadie) me (?:va a )?llam(?:a|ar|o)\b",
)
OTHER_TOPICS_SPANISH = (
    r"pag(?:o|os|ar|ue|aron|aste|an)|facturas?|recibos?|cobr\w+|reembols\w+|contrasena\w*|codigos?|correos?|"
    r"tarjetas?|banco|cheque|dinero|"
    r"money order|cort(?:ar|an|en|aron|e)|mi cuenta|estafa\w*|persona real|agente|fibra|en general|"
    r"despues de una tormenta|"
    r"perros?|a quien (?:le )?(?:llamo|aviso|reporto)|como (?:les )?(?:aviso|reporto)|paquete|este numero|poda|"
    r"leerlo|cuando vengan|"
    r"descuento|creditos?|gasto|salio la luz|vino la luz|medidor y"
)
