// Resolves the table of kernels for an instruction set, once.
#include <array>
#include <cassert>
#include <mutex>

#include "cpu/isa.h"
#include "kernels/fill.h"

namespace lithe::kernels {

namespace {

Tables make_tables(cpu::Isa isa) {
  Tables tables{};
  fill_reference(tables);
  if (isa == cpu::Isa::scalar) return tables;
  tables.float32.isa = tables.float64.isa = isa;
  fill_products(isa, tables);
  fill_pairs(isa, tables);
  fill_convolutions(isa, tables);
  fill_col2im(isa, tables);
  fill_correlate_columns(isa, tables);
  fill_kernel_gradient_nonzero(isa, tables);
  fill_images(isa, tables);
  fill_winograd(isa, tables);
  fill_packing(isa, tables);
  fill_activations(isa, tables);
  fill_recurrent(isa, tables);
  fill_attention(isa, tables);
  fill_losses(isa, tables);
  fill_layers(isa, tables);
  fill_noise(isa, tables);
  fill_optimizers(isa, tables);
  return tables;
}

const Tables& tables_for(cpu::Isa isa) {
  assert(isa == cpu::Isa::scalar || cpu::supported(isa));
  static std::mutex mutex;
  static std::array<Tables, 8> tables;
  static std::array<bool, 8> made{};
  const auto i = static_cast<std::size_t>(isa);
  const std::lock_guard lock(mutex);
  if (!made[i]) {
    tables[i] = make_tables(isa);
    made[i] = true;
  }
  return tables[i];
}

}  // namespace

template <>
const Kernels<float>& kernels<float>(cpu::Isa isa) {
  return tables_for(isa).float32;
}
template <>
const Kernels<double>& kernels<double>(cpu::Isa isa) {
  return tables_for(isa).float64;
}

}  // namespace lithe::kernels
