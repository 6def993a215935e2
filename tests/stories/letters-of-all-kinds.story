# Letters that are not on every keyboard.
tap start
tap choose.en
tap form
tap form.death_cert
tap agree
type Mũthoni wa Gĩchũhĩ-Ng'endo
tap next
tap skip
type 29/02/2024
tap next
type Hospitali ya Pumwani “B” № 4
tap next
type ÄÖÜ/ß-٣٤٥-77
tap next
type Zoë Ọlámidé
tap next
type 40506070
tap next
type Mpwa wake – kaka’s son
tap next
type 0101 222 333
tap next
tap answer
tap next
expect review
expect-text Mũthoni wa Gĩchũhĩ-Ng'endo
picture unicode-review
tap submit
expect submitted
end-visit
tap start
tap choose.sw
tap feedback
tap kind.praise
tap words
type 😀 Asante sana Bi. Nyokabi
tap face.5
tap send
expect thanks
end-visit
