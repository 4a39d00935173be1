// Disassembles functions, and tells what their loops are made of (x86-64; nothing elsewhere).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace lithe::program {

// A loop, or a function, by its instructions.
struct CodeMix {
  int instructions = 0;
  int in_frame = 0;              // that read or write the function's own part of the stack
  bool keeps_arguments = false;  // begins with storing its arguments there
  bool loop = false;
  bool calls = false;
  bool branches = false;   // other than its own end
  bool contiguous = true;  // scalars lie side by side in memory
  int step = 0;            // else the largest known step of their addresses, in bytes
  // Floating-point arithmetic: a number at a time, and by the width of the vectors in bits.
  int scalar = 0, by128 = 0, by256 = 0, by512 = 0;
  bool doubles = false;     // mostly
  bool old = false;         // written for processors without AVX
  bool carried = false;     // scalars: each turn needs the result of the one before: a sum
  bool recurrence = false;  // and it is not a sum, so that it cannot be reordered
  bool stores = false;      // numbers, elsewhere than in the frame

  int arithmetic() const { return scalar + by128 + by256 + by512; }
};

class MachineCode {
 public:
  // `bytes` lie at `address`.
  MachineCode(std::span<const std::uint8_t> bytes, std::uint64_t address);

  // Of the smallest loop that contains the address.
  CodeMix loop_at(std::uint64_t address) const;
  // Of all.
  CodeMix whole() const;

  struct Instruction {
    std::uint64_t address = 0, end = 0;
    std::uint64_t target = 0;  // of a jump
    bool jump = false, direct = false, call = false, frame = false;
    bool keeps_argument = false;  // stores a register of arguments in the frame
    bool vector_store = false;    // of numbers in vector registers, elsewhere than in the frame
    bool accumulates = false;     // its first register is the sum that it adds to
    bool moves = false;           // a load, a store or a copy
    bool doubles = false, extended = false;  // `extended`: with a prefix of AVX or AVX-512
    bool sum = false;                        // an addition, or a fused one
    int width = 0;  // of floating-point arithmetic in bits; 32 or 64: a number
    int first = 0;  // register that it writes; 0: none
    int step = 0;   // constant that it adds to `first`
    bool steps = false;
    int base = 0, index = 0;  // registers of an address in memory
  };

 private:
  CodeMix mix(std::span<const Instruction> part, bool loop) const;

  std::vector<Instruction> code_;
};

}  // namespace lithe::program
