// How the files of kernels fill the table, each its own part, once for an instruction set.
#pragma once

#include "kernels/table.h"

namespace lithe::kernels {

struct Tables {
  Kernels<float> float32;
  Kernels<double> float64;
};

// With the kernels of the instruction set that Highway has been told to use.
void fill_products(Tables&);
void fill_convolutions(Tables&);
void fill_images(Tables&);
void fill_winograd(Tables&);
void fill_packing(Tables&);
void fill_activations(Tables&);
void fill_losses(Tables&);
void fill_layers(Tables&);
void fill_noise(Tables&);
void fill_optimizers(Tables&);
// With the plain reference.
void fill_reference(Tables&);
void fill_reference_layers(Tables&);  // these four by way of the first
void fill_reference_images(Tables&);
void fill_reference_winograd(Tables&);
void fill_reference_losses(Tables&);

}  // namespace lithe::kernels
