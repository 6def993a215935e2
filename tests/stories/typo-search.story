# Searches as people type them, on kiosk-1.

tap start
tap choose.en
tap find
tap search
type driving licens renewl
expect search
expect service.NTSA-02
picture search-licence
type pasport
expect-text passport
type KRA pinn
expect service.KRA-01
type good conduct
expect service.DCI-01
type birth certifcate
expect service.CRS-01
type xqzvw
expect search
picture search-nothing
language sw
type cheti cha kuzaliwa
expect service.CRS-01
type pasipoti
expect-text pasi
language en
type lost id
tap service.NRB-02
expect service
tap back
expect search
expect-text lost id
tap service.NRB-02
tap fill-form
expect consent
tap refuse
expect priority
tap back
expect consent
tap refuse
tap class.elderly
expect ticket
picture ticket
tap rate
tap face.3
tap words
type Mzee Kĩmani alisaidiwa vizuri
tap send
expect thanks
end-visit
