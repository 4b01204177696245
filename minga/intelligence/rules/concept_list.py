"""What neighbours offer each other and need: one concept per line, with its category and what people call it.

`key | category | English names | Spanish names`; the first name of a language is its label. A community may add its own.
"""

CONCEPTS = """
groceries | food | groceries; shopping for food; food parcel; supermarket run | compra; víveres; despensa; hacer la compra
cooked_meals | food | cooked meal; hot meal; dinner; lunch; meal delivery | comida hecha; plato caliente; cena; almuerzo; menú
bread | food | bread; baking; sourdough; cake; pastry | pan; hornear; masa madre; pastel; bizcocho
fruit | food | fruit; apples; berries; oranges; harvest | fruta; manzanas; bayas; naranjas; cosecha
vegetables | food | vegetables; squash; tomatoes; potatoes; salad | verdura; calabaza; tomates; papas; hortalizas
eggs_milk | food | eggs; milk; cheese; yoghurt; honey | huevos; leche; queso; yogur; miel
preserves | food | jam; preserves; pickles; canned food | mermelada; conservas; encurtidos; enlatados
baby_food | food | baby food; formula; infant milk | comida de bebé; fórmula; leche infantil
pantry | food | rice; beans; lentils; flour; pasta; oil; staples | arroz; frijoles; lentejas; harina; pasta; aceite
gardening | garden | gardening; weeding; digging; garden work; pruning | jardinería; desherbar; cavar; podar; huerto
plants_seeds | garden | plants; seedlings; seeds; cuttings; bulbs | plantas; plantones; semillas; esquejes; bulbos
lawn | garden | lawn mowing; lawn mower; hedge; hedge trimmer; strimmer | cortar el césped; cortacésped; seto; cortasetos; desbrozadora
compost | garden | compost; soil; manure; mulch; wood chips | compost; tierra; estiércol; abono; mantillo
trees | garden | tree; felling; chainsaw; firewood; logs | árbol; talar; motosierra; leña; troncos
watering | garden | watering plants; irrigation; hose; greenhouse | regar; riego; manguera; invernadero
garden_plot | garden | allotment; garden plot; raised bed | parcela; huerta; bancal
drill | tools | drill; cordless drill; hammer drill; drill bits | taladro; taladradora; percutor; brocas
saw | tools | saw; jigsaw; circular saw; hand saw | sierra; sierra de calar; caladora; serrucho
sander | tools | sander; sanding; plane; router | lijadora; lijar; cepillo; fresadora
ladder | tools | ladder; stepladder; scaffold | escalera; escalera de mano; andamio
hand_tools | tools | hammer; screwdriver; spanner; pliers; toolbox | martillo; destornillador; llave inglesa; alicates; herramientas
pressure_washer | tools | pressure washer; steam cleaner; wet vacuum | hidrolavadora; limpiador a vapor; aspiradora de agua
concrete | tools | concrete mixer; wheelbarrow; shovel; masonry | hormigonera; carretilla; pala; albañilería
measuring | tools | spirit level; laser measure; multimeter | nivel; medidor láser; multímetro
generator | tools | generator; extension cable; compressor; pump | generador; alargador; compresor; bomba
pots_pans | kitchen | pots; pans; big pot; casserole | ollas; sartenes; olla grande; cazuela
kitchen_machine | kitchen | mixer; blender; food processor; juicer; oven | batidora; licuadora; robot de cocina; exprimidor; horno
dishes | kitchen | plates; dishes; glasses; cutlery; cups | platos; vajilla; vasos; cubiertos; tazas
fridge | kitchen | fridge; freezer; cool box | nevera; refrigerador; congelador; hielera
stove | kitchen | stove; cooker; camping stove; barbecue; grill | estufa de cocina; hornillo; barbacoa; parrilla
preserving_gear | kitchen | jars; dehydrator; fruit press; pressure cooker | frascos; deshidratador; prensa; olla a presión
tables_chairs | furniture | table; chairs; desk; bench; stool | mesa; sillas; escritorio; banco; taburete
bed | furniture | bed; mattress; cot; bunk bed; bedding | cama; colchón; cuna; litera; ropa de cama
wardrobe | furniture | wardrobe; shelf; cupboard; chest of drawers; bookcase | armario; estante; alacena; cómoda; estantería
sofa | furniture | sofa; couch; armchair; cushions | sofá; sillón; butaca; cojines
lamp | furniture | lamp; light; curtain; carpet; rug; mirror | lámpara; luz; cortina; alfombra; espejo
clothing | clothes | clothes; jacket; trousers; dress; sweater | ropa; chaqueta; pantalones; vestido; suéter
shoes | clothes | shoes; boots; wellingtons; sandals | zapatos; botas; botas de agua; sandalias
winter_wear | clothes | winter coat; gloves; hat; scarf; rain coat | abrigo; guantes; gorro; bufanda; impermeable
children_clothes | clothes | baby clothes; children's clothes; school uniform | ropa de bebé; ropa de niños; uniforme escolar
blankets | clothes | blanket; sleeping bag; duvet; towels; sheets | manta; saco de dormir; edredón; toallas; sábanas
sewing | clothes | sewing; mending clothes; sewing machine; alterations; tailoring | costura; coser; arreglar ropa; máquina de coser; sastre
knitting | clothes | knitting; crochet; wool; weaving; yarn | tejer; ganchillo; lana; telar; hilo
costumes | clothes | costume; fancy dress; wedding dress; suit | disfraz; vestido de boda; traje
toys | children | toys; building blocks; dolls; puzzles | juguetes; bloques; muñecas; rompecabezas
pram | children | pram; buggy; stroller; child seat; car seat; high chair | cochecito; carrito; silla de niño; silla de coche; trona
babysitting | children | babysitting; childcare; minding children; after-school care | cuidar niños; niñera; canguro; guardería; después de la escuela
nappies | children | nappies; diapers; wipes; breast pump | pañales; toallitas; sacaleches
school_run | children | school run; taking children to school; walking bus | llevar a la escuela; recoger del colegio; pedibús
playdate | children | playgroup; playdate; children's party; face painting | grupo de juego; fiesta infantil; pintacaras
school_things | children | school bag; school supplies; notebooks; pencils | mochila; útiles escolares; cuadernos; lápices
novels | books | books; novels; magazines; library | libros; novelas; revistas; biblioteca
textbooks | books | textbooks; school books; dictionary; atlas | libros de texto; diccionario; atlas
board_games | books | board games; cards; chess; games night | juegos de mesa; cartas; ajedrez; noche de juegos
films_records | books | films; records; music albums; video games | películas; discos; videojuegos
reading_aloud | books | reading aloud; reading to somebody; storytelling; book club | leer en voz alta; leer a alguien; cuentacuentos; club de lectura
television | electronics | television; screen; projector; monitor | televisor; pantalla; proyector; monitor
sound_system | electronics | loudspeaker; sound system; microphone; amplifier; radio | altavoz; equipo de sonido; micrófono; amplificador; radio
camera | electronics | camera; tripod; lens; video camera | cámara; trípode; objetivo; videocámara
phone | electronics | mobile phone; charger; battery; power bank; cable | teléfono móvil; celular; cargador; batería; cable
heater | electronics | heater; fan; air conditioner; dehumidifier; iron; vacuum cleaner | calefactor; ventilador; aire acondicionado; plancha; aspiradora
washing_machine | electronics | washing machine; dryer; laundry; dishwasher | lavadora; secadora; lavar ropa; lavavajillas
bicycle | vehicles | bicycle; bike; cargo bike; e-bike; tricycle | bicicleta; bici; bici de carga; bici eléctrica; triciclo
bike_gear | vehicles | bike trailer; child bike seat; bike pump; helmet; bike lock | remolque de bici; silla de bici; inflador; casco; candado
car | vehicles | car; car share; electric car; motorbike; scooter | coche; carro; auto compartido; moto; patinete
van | vehicles | van; truck; lorry; trailer; roof rack | furgoneta; camioneta; camión; remolque; baca
boat | vehicles | boat; kayak; canoe; paddle | bote; barca; kayak; canoa; remo
jump_start | vehicles | jump leads; tyres; car tools; jack; snow chains | pinzas de batería; llantas; neumáticos; gato; cadenas
lift | transport | lift; ride; driving somebody; car pool; airport ride | llevar en coche; aventón; viaje compartido; aeropuerto
doctor_ride | transport | ride to the doctor; hospital ride; drive to an appointment | llevar al médico; ir al hospital; acompañar a la cita
moving | transport | moving house; carrying furniture; removal; boxes for moving | mudanza; cargar muebles; trasladar; cajas de mudanza
delivery | transport | delivery; courier; fetching a parcel; post office | entrega; mensajería; recoger un paquete; correos
school_transport | transport | bus; train ticket; travel together; escort on the way | autobús; billete de tren; viajar juntos; acompañar en el camino
company | care | company; visiting; a chat; loneliness; befriending; tea and talk | compañía; visita; charlar; soledad; conversar; tomar un té
elder_care | care | elderly care; care at home; respite; looking after a parent | cuidado de mayores; ayuda a domicilio; cuidar a un padre; relevo
errands | care | errands; pharmacy; collecting a prescription; queueing | recados; farmacia; recoger una receta; hacer fila
walking_with | care | walking together; going for a walk with somebody; wheelchair walk | pasear con alguien; caminar juntos; empujar silla de ruedas
household_help | care | cleaning; housework; washing up; ironing; tidying | limpieza; limpiar; tareas de casa; planchar; ordenar
phone_calls | care | phone call; calling somebody; check-in call | llamada; llamar por teléfono; llamar para saber
grief | care | listening; grief; bereavement; support group; somebody to talk to | escucha; duelo; grupo de apoyo; alguien con quien hablar
hair | care | haircut; hairdresser; shaving; nails; beauty | corte de pelo; peluquería; afeitar; uñas; belleza
house_sitting | care | house sitting; keys; watching a house; taking in post | cuidar la casa; llaves; vigilar la casa; recoger el correo
first_aid | health | first aid; first aid course; bandages; thermometer; masks | primeros auxilios; curso de socorro; vendas; termómetro; mascarillas
mobility_aids | health | wheelchair; crutches; walker; walking frame; hospital bed; commode | silla de ruedas; muletas; andador; cama de hospital
massage | health | massage; physiotherapy; relaxation; acupuncture | masaje; fisioterapia; relajación; acupuntura
counselling | health | counselling; therapy; psychologist; coaching | asesoría psicológica; terapia; psicóloga; acompañamiento
medicine | health | medicine; glasses; hearing aid; blood pressure; nurse | medicinas; lentes; gafas; audífono; presión arterial; enfermera
yoga | health | yoga; meditation; tai chi; stretching; breathing | yoga; meditación; taichi; estiramientos; respiración
hygiene | health | soap; hygiene products; sanitary pads; shampoo; toothpaste | jabón; productos de higiene; toallas sanitarias; champú; pasta de dientes
room | housing | room; spare room; flat; apartment; lodging | habitación; cuarto; piso; apartamento; alojamiento
guest_bed | housing | guest bed; couch for a night; place to stay; emergency shelter | cama de invitados; sofá por una noche; dónde dormir; refugio
storage | housing | storage; cellar; garage; shed; parking space | trastero; almacén; sótano; garaje; bodega; estacionamiento
flat_search | housing | flat hunting; house share; flatmate; tenancy | buscar piso; compartir casa; compañera de piso; alquiler
painting_walls | housing | painting a room; decorating; wallpaper; plaster; tiles | pintar una habitación; pintura; papel pintado; yeso; azulejos
insulation | housing | insulation; draught proofing; heating; windows; solar panels | aislamiento; calefacción; ventanas; paneles solares
bike_repair | repairs | bicycle repair; bike repair; puncture; brakes; bike workshop | reparar bicicletas; arreglar la bici; pinchazo; frenos; taller de bicis
plumbing | repairs | plumbing; leak; tap; toilet; drain; boiler | fontanería; plomero; gotera; grifo; inodoro; desagüe; caldera
electrical | repairs | electrician; wiring; socket; fuse; light switch | electricista; cableado; enchufe; fusible; interruptor
carpentry | repairs | carpentry; woodwork; joinery; door; shelves made | carpintería; madera; ebanistería; puerta; hacer estantes
appliance_repair | repairs | appliance repair; repair café; mending; fixing a toaster; soldering | reparar electrodomésticos; café de reparación; arreglar; soldar
car_repair | repairs | car repair; mechanic; oil change; engine | reparar el coche; mecánico; cambio de aceite; motor
roof | repairs | roof; gutter; fence; wall; bricklaying | techo; tejado; canaleta; cerca; muro; ladrillos
assembly | repairs | assembling furniture; putting up shelves; handyman; odd jobs | montar muebles; colgar estantes; manitas; chapuzas
welding | repairs | welding; metalwork; sharpening knives; locksmith | soldadura; metal; afilar cuchillos; cerrajero
shoe_repair | repairs | shoe repair; leather; zip; upholstery | zapatero; cuero; cremallera; tapicería
forms | office | forms; filling in a form; letters from the office; applications; benefits | formularios; rellenar papeles; cartas oficiales; solicitudes; ayudas
legal | office | legal advice; lawyer; contract; asylum; residence permit | asesoría legal; abogada; contrato; asilo; permiso de residencia
tax | office | tax return; bookkeeping; accounting; budget; debt advice | declaración de impuestos; contabilidad; cuentas; presupuesto; deudas
printing | office | printing; photocopies; scanner; laminator; paper | imprimir; fotocopias; escáner; plastificar; papel
writing_texts | office | writing; proofreading; editing; cv; job application | redactar; corregir textos; edición; currículum; solicitud de empleo
design | office | graphic design; poster; leaflet; logo; layout | diseño gráfico; cartel; folleto; logotipo; maquetar
accompany_office | office | going along to an office; accompanying to an authority; witness | acompañar a una oficina; trámites; ir a la alcaldía; testigo
translation | languages | translation; interpreting; interpreter; translating a letter | traducción; interpretar; intérprete; traducir una carta
spanish | languages | Spanish; Spanish lessons; Spanish conversation | español; clases de español; conversación en español; castellano
english | languages | English; English lessons; English conversation | inglés; clases de inglés; conversación en inglés
german | languages | German; German lessons; German conversation | alemán; clases de alemán; conversación en alemán
french | languages | French; French lessons; French conversation | francés; clases de francés; conversación en francés
other_language | languages | Arabic; Portuguese; Turkish; Ukrainian; Russian; Catalan; Quechua; language exchange; tandem | árabe; portugués; turco; ucraniano; ruso; catalán; quechua; intercambio de idiomas; tándem
sign_language | languages | sign language; braille; plain language | lengua de señas; lengua de signos; braille; lectura fácil
literacy | languages | learning to read; literacy; writing letters for somebody | aprender a leer; alfabetización; escribir cartas
homework | teaching | homework; tutoring; maths; school help; exam preparation | tareas escolares; refuerzo; matemáticas; apoyo escolar; preparar exámenes
science_lessons | teaching | physics; chemistry; biology; science lessons; statistics | física; química; biología; clases de ciencias; estadística
cooking_class | teaching | cooking class; cooking lessons; learning to cook; recipes | curso de cocina; clases de cocina; aprender a cocinar; recetas
driving_lessons | teaching | driving practice; driving theory; licence | practicar manejo; teoría de conducir; carné; licencia
craft_class | teaching | workshop; craft course; learning a trade; mentoring | taller; curso de manualidades; aprender un oficio; mentoría
sewing_class | teaching | sewing lessons; knitting lessons; learning to sew | clases de costura; clases de tejido; aprender a coser
laptop | computers | laptop; computer; tablet; keyboard; mouse | portátil; computadora; ordenador; tableta; teclado; ratón
computer_help | computers | computer help; setting up a computer; installing; virus; backup; printer setup | ayuda con el ordenador; instalar; configurar; virus; copia de seguridad; impresora
phone_help | computers | help with a phone; smartphone help; apps; video calls; mail account | ayuda con el móvil; aplicaciones; videollamadas; cuenta de correo
website | computers | website; programming; web page; online shop; database | página web; programación; sitio web; tienda en línea; base de datos
internet | computers | internet; wifi; router setup; network; hotspot | internet; wifi; configurar el router; red
spreadsheet | computers | spreadsheet; word processing; typing; data entry | hoja de cálculo; procesador de texto; mecanografía; ingresar datos
guitar | art | guitar; guitar lessons; ukulele; bass | guitarra; clases de guitarra; ukelele; bajo
piano | art | piano; keyboard lessons; accordion; organ | piano; clases de piano; acordeón; órgano
singing | art | singing; choir; voice lessons; band; music group | cantar; coro; clases de canto; banda; grupo de música
instruments | art | violin; flute; drums; trumpet; musical instrument | violín; flauta; batería; tambor; trompeta; instrumento musical
painting_art | art | painting; drawing; watercolours; easel; pottery; sculpture | pintar cuadros; dibujo; acuarelas; caballete; cerámica; escultura
photography | art | photography; portrait; photos of a party; film making | fotografía; retrato; fotos de fiesta; grabar video
theatre | art | theatre; dance; dancing lessons; circus; puppets | teatro; danza; clases de baile; circo; títeres
football | sports | football; ball; goal; team sport; basketball; volleyball | fútbol; balón; portería; deporte de equipo; baloncesto; voleibol
running | sports | running; jogging; training partner; gym; weights | correr; trotar; compañero de entrenamiento; gimnasio; pesas
camping | sports | tent; camping; rucksack; hiking; camping mat | tienda de campaña; carpa; acampar; mochila de viaje; senderismo
winter_sports | sports | skis; sledge; ice skates; snowboard | esquís; trineo; patines de hielo; snowboard
swimming | sports | swimming; swimming lessons; diving; surfboard | natación; clases de natación; buceo; tabla de surf
racket | sports | tennis; badminton; table tennis; racket; skateboard; roller skates | tenis; bádminton; pimpón; raqueta; patineta; patines
climbing | sports | climbing; rope; harness; fishing rod; horse riding | escalada; cuerda; arnés; caña de pescar; montar a caballo
dog_walking | animals | dog walking; walking the dog; dogsitting; dog | pasear perros; sacar al perro; cuidar perros; perro
pet_care | animals | pet care; feeding the cat; cat sitting; looking after pets | cuidar mascotas; dar de comer al gato; cuidar gatos; mascotas
vet | animals | vet; ride to the vet; animal transport; pet food; cage | veterinario; llevar al veterinario; transportín; comida de mascotas; jaula
farm_animals | animals | chickens; hens; goat; bees; beekeeping; aquarium | gallinas; pollos; cabra; abejas; apicultura; acuario
hall | events | hall; meeting room; rehearsal room; workshop space; community kitchen | salón; sala de reuniones; sala de ensayo; taller; cocina comunitaria
party_things | events | party tent; marquee; bunting; decorations; beer benches; balloons | carpa de fiesta; toldo; guirnaldas; decoración; mesas plegables; globos
event_help | events | event help; catering; setting up; clearing up; stewarding; bar | ayuda en fiestas; servir comida; montar; recoger; barra
neighbourhood | events | street party; neighbourhood meeting; festival; market stall; flea market | fiesta de barrio; reunión de vecinos; festival; puesto de mercado; mercadillo
fundraising | events | fundraising; raffle; donation; collection | recaudar fondos; rifa; donación; colecta
moderation | events | facilitation; chairing a meeting; taking minutes; mediation | facilitación; moderar una reunión; tomar actas; mediación
clean_up | other | litter picking; clean-up day; recycling; bulky waste; tip run | recoger basura; jornada de limpieza; reciclaje; trastos; punto limpio
materials | other | wood; boards; bricks; paint; building material; pallets | madera; tablas; ladrillos; pintura; material de construcción; palés
lost_found | other | lost and found; keys found; missing | objetos perdidos; llaves encontradas; perdido
time_to_give | other | an hour of my time; whatever is needed; volunteering; free afternoon | una hora de mi tiempo; lo que haga falta; voluntariado; tarde libre
"""
