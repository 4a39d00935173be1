// What processors of a known model have, whatever a virtual machine or a kernel shows of it.
#pragma once

#include <string>
#include <string_view>

#include "lithe/machine.h"

namespace lithe::cpu {

// Vector instructions that processors of a model have.
struct KnownProcessor {
  std::string_view set;        // the best that Lithe has kernels for: "avx2", "avx512"
  double flops_per_cycle = 0;  // of one core in float32 with it; a multiply-add counts as two
};

// By the numbers that the processor tells of itself; an empty set for those that are not in the
// list. From the makers' tables of models and Agner Fog's of instructions; where models of one
// number differ in their units (Xeons with one or two for AVX-512), the fewer.
KnownProcessor known_processor(const MachineIdentity& machine);

// The best set that the machine must have and does not show.
struct HiddenSets {
  std::string name;            // "AVX-512"; empty where nothing is hidden
  std::string flag;            // Linux's name for it
  bool known = false;          // by its model; else by the age of a virtual machine
  double flops_per_cycle = 0;  // with it, if known
};
HiddenSets hidden_sets(const MachineIdentity& machine);

}  // namespace lithe::cpu
