// SPDX-License-Identifier: Apache-2.0
// examples/chair.part as OpenSCAD would have it, millimetres.
$fn = 32;
module rod(p, q, d1, d2) { hull() { translate(p) sphere(d = d1); translate(q) sphere(d = d2); } }
module rbox(s, r) { minkowski() { cube([s[0] - 2 * r, s[1] - 2 * r, s[2] - 2 * r], center = true); sphere(r, $fn = 12); } }
seat = 450; back = seat + 450;
translate([0, 0, seat - 20]) rbox([450, 430, 40], 10);
for (s = [-1, 1]) {
  translate([s * 185, -175, 0]) cylinder(d1 = 30, d2 = 40, h = seat - 40);
  hull() { translate([s * 185, 190, 0]) cylinder(d = 30, h = 5); translate([s * 185, 190, seat - 40]) cylinder(d = 40, h = 40); }
  rod([s * 185, 190, seat - 20], [s * 185, 225, back], 34, 28);
  rod([s * 185, -175, 180], [s * 185, 190, 180], 20, 20);
}
rod([-185, 0, 180], [185, 0, 180], 20, 20);
for (i = [0 : 2]) translate([0, 208 + i * 7, seat + 140 + i * 125]) rbox([360, 16, 60], 5);
