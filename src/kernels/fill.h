// The functions by which each file of kernels fills its part of the table of an instruction set.
#pragma once

#include "kernels/table.h"

namespace lithe::kernels {

struct Tables {
  Kernels<float> float32;
  Kernels<double> float64;
};

// With the kernels of the instruction set, which must be supported.
void fill_products(cpu::Isa, Tables&);
void fill_pairs(cpu::Isa, Tables&);
void fill_convolutions(cpu::Isa, Tables&);
void fill_col2im(cpu::Isa, Tables&);
void fill_correlate_columns(cpu::Isa, Tables&);
void fill_kernel_gradient_nonzero(cpu::Isa, Tables&);
void fill_images(cpu::Isa, Tables&);
void fill_winograd(cpu::Isa, Tables&);
void fill_packing(cpu::Isa, Tables&);
void fill_activations(cpu::Isa, Tables&);
void fill_recurrent(cpu::Isa, Tables&);
void fill_attention(cpu::Isa, Tables&);
void fill_losses(cpu::Isa, Tables&);
void fill_layers(cpu::Isa, Tables&);
void fill_noise(cpu::Isa, Tables&);
void fill_optimizers(cpu::Isa, Tables&);
// With the plain reference.
void fill_reference(Tables&);
void fill_reference_layers(Tables&);  // fill_reference calls these seven
void fill_reference_pairs(Tables&);
void fill_reference_images(Tables&);
void fill_reference_winograd(Tables&);
void fill_reference_losses(Tables&);
void fill_reference_recurrent(Tables&);
void fill_reference_attention(Tables&);

}  // namespace lithe::kernels
