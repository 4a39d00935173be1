// Instruction sets of known processor models, including those that a virtual machine or a kernel
// hides.
#pragma once

#include <string>
#include <string_view>

#include "lithe/machine.h"

namespace lithe::cpu {

// The vector instructions of a processor model.
struct KnownProcessor {
  std::string_view set;        // the best that Lithe has kernels for: "avx2", "avx512"
  double flops_per_cycle = 0;  // of one core in float32 with it; a multiply-add counts as two
};

// By vendor, family and model; an empty set for a processor that is not in the list. Sources are
// the vendors' lists of models and Agner Fog's instruction tables. Where processors of one model
// differ in their units (Xeons have one or two for AVX-512), the list has the smaller number.
KnownProcessor known_processor(const MachineIdentity& machine);

// The best instruction set that the machine must have and does not show.
struct HiddenSets {
  std::string name;            // "AVX-512"; empty where nothing is hidden
  std::string flag;            // Linux's name for it
  bool known = false;          // whether by its model; otherwise nearly all x86 processors have it
  double flops_per_cycle = 0;  // with it, if known
};
HiddenSets hidden_sets(const MachineIdentity& machine);

}  // namespace lithe::cpu
