// SPDX-License-Identifier: Apache-2.0
// examples/mug.part as OpenSCAD would have it.
$fn = 48;
height = 95; d = 82; wall = 3.5;
difference() {
  union() {
    cylinder(d = d, h = height);
    translate([d / 2 - 2, 0, height / 2]) rotate([90, 0, 0]) scale([0.8, 1.15, 1]) rotate_extrude() translate([28, 0, 0]) scale([0.7, 1]) circle(d = 14);
  }
  translate([0, 0, 6]) cylinder(d = d - 2 * wall, h = height);
}
