# A first ID in Kiswahili, the language switched in the middle, a cross for a signature.
tap start
tap choose.sw
tap form
tap form.first_id
tap agree
type Mwende Ng'endo Mutua
tap next
type 3/7/2008
tap next
tap choice.female
tap next
tap skip
type Mũtua wa Kĩlonzo
tap next
tap skip
type Machakos
tap choice.016
tap next
type Mumbuni
tap next
type Kasinga
tap next
type Kwa Mutisya
tap next
type +254 711 000 111
language en
expect-text phone number
language sw
tap next
tap mark
tap next
expect review
tap change.sex
tap choice.intersex
tap next
expect review
tap submit
expect submitted
tap rate
tap face.4
tap words
type Huduma nzuri sana asante
tap send
expect thanks
tap done
end-visit
