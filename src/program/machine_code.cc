#include "program/machine_code.h"

#include <capstone/capstone.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <map>
#include <string_view>

namespace lithe::program {

namespace {

using Instruction = MachineCode::Instruction;

bool in_group(const cs_detail& detail, unsigned group) {
  return std::find(detail.groups, detail.groups + detail.groups_count, group) !=
         detail.groups + detail.groups_count;
}

bool vector_register(int number) {
  return (number >= X86_REG_XMM0 && number <= X86_REG_XMM31) ||
         (number >= X86_REG_YMM0 && number <= X86_REG_YMM31) ||
         (number >= X86_REG_ZMM0 && number <= X86_REG_ZMM31);
}

int bits_of(int number) {
  if (number >= X86_REG_ZMM0 && number <= X86_REG_ZMM31) return 512;
  return number >= X86_REG_YMM0 && number <= X86_REG_YMM31 ? 256 : 128;
}

// The same number for all widths of a register.
int plain_register(int number) {
  constexpr std::array<std::array<int, 2>, 16> kHalves = {{{X86_REG_RAX, X86_REG_EAX},
                                                           {X86_REG_RBX, X86_REG_EBX},
                                                           {X86_REG_RCX, X86_REG_ECX},
                                                           {X86_REG_RDX, X86_REG_EDX},
                                                           {X86_REG_RSI, X86_REG_ESI},
                                                           {X86_REG_RDI, X86_REG_EDI},
                                                           {X86_REG_RBP, X86_REG_EBP},
                                                           {X86_REG_RSP, X86_REG_ESP},
                                                           {X86_REG_R8, X86_REG_R8D},
                                                           {X86_REG_R9, X86_REG_R9D},
                                                           {X86_REG_R10, X86_REG_R10D},
                                                           {X86_REG_R11, X86_REG_R11D},
                                                           {X86_REG_R12, X86_REG_R12D},
                                                           {X86_REG_R13, X86_REG_R13D},
                                                           {X86_REG_R14, X86_REG_R14D},
                                                           {X86_REG_R15, X86_REG_R15D}}};
  for (const auto& [whole, half] : kHalves)
    if (number == half) return whole;
  if (number >= X86_REG_ZMM0 && number <= X86_REG_ZMM31)
    return number - X86_REG_ZMM0 + X86_REG_XMM0;
  if (number >= X86_REG_YMM0 && number <= X86_REG_YMM31)
    return number - X86_REG_YMM0 + X86_REG_XMM0;
  return number;
}

bool begins_with(std::string_view name, std::initializer_list<std::string_view> beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [name](std::string_view with) { return name.starts_with(with); });
}

// "vfmadd231ps", "addss", "mulpd": floating-point arithmetic.
void read_arithmetic(std::string_view name, const cs_x86& x86, Instruction& to) {
  if (name.size() < 5 || x86.op_count == 0 || x86.operands[0].type != X86_OP_REG) return;
  const std::string_view kind = name.substr(name.size() - 2);
  const bool scalar = kind == "ss" || kind == "sd", packed = kind == "ps" || kind == "pd";
  const std::string_view bare = name.substr(to.extended ? 1 : 0);
  const bool fused = begins_with(bare, {"fmadd", "fmsub", "fnmadd", "fnmsub"});
  const bool sum = begins_with(bare, {"adds", "addp", "subs", "subp"});
  const bool other =
      begins_with(bare, {"mul", "divs", "divp", "sqrts", "sqrtp", "mins", "minp", "maxs", "maxp"});
  if ((!scalar && !packed) || !(fused || sum || other)) return;
  to.doubles = kind[1] == 'd';
  to.width = scalar ? (to.doubles ? 64 : 32) : bits_of(static_cast<int>(x86.operands[0].reg));
  to.sum = sum || (fused && bare.find("231") != bare.npos);
  to.accumulates = fused || !to.extended;
  if (to.accumulates || x86.op_count < 3) return;
  for (int i = 1; i < 3; ++i)
    to.accumulates = to.accumulates || (x86.operands[i].type == X86_OP_REG &&
                                        x86.operands[i].reg == x86.operands[0].reg);
}

// "add rax, 4", "inc rax", "lea rax, [rax + 4]": a register that goes on by a constant.
void read_step(std::string_view name, const cs_x86& x86, Instruction& to) {
  if (to.first == 0 || x86.operands[0].type != X86_OP_REG) return;
  const bool constant = x86.op_count == 2 && x86.operands[1].type == X86_OP_IMM;
  to.steps = true;
  if (name == "inc" || name == "dec") {
    to.step = name == "inc" ? 1 : -1;
  } else if ((name == "add" || name == "sub") && constant) {
    to.step = static_cast<int>(x86.operands[1].imm) * (name == "add" ? 1 : -1);
  } else if (name == "lea" && x86.op_count == 2 &&
             plain_register(static_cast<int>(x86.operands[1].mem.base)) == to.first &&
             x86.operands[1].mem.index == X86_REG_INVALID) {
    to.step = static_cast<int>(x86.operands[1].mem.disp);
  } else {
    to.steps = false;
  }
}

bool holds_argument(int number) {
  constexpr std::array kArguments = {X86_REG_RDI, X86_REG_RSI, X86_REG_RDX,
                                     X86_REG_RCX, X86_REG_R8,  X86_REG_R9};
  return std::find(kArguments.begin(), kArguments.end(), number) != kArguments.end() ||
         (number >= X86_REG_XMM0 && number <= X86_REG_XMM7);
}

void read_memory(std::string_view name, const cs_x86& x86, Instruction& to) {
  if (name == "lea" || name == "nop") return;
  for (int i = 0; i < x86.op_count; ++i) {
    if (x86.operands[i].type != X86_OP_MEM) continue;
    const x86_op_mem& memory = x86.operands[i].mem;
    to.base = plain_register(static_cast<int>(memory.base));
    to.index = plain_register(static_cast<int>(memory.index));
    to.frame = to.index == X86_REG_INVALID && (to.base == X86_REG_RBP || to.base == X86_REG_RSP);
    to.keeps_argument = i == 0 && to.frame && to.moves && x86.op_count > 1 &&
                        x86.operands[1].type == X86_OP_REG &&
                        holds_argument(plain_register(static_cast<int>(x86.operands[1].reg)));
    to.vector_store = i == 0 && !to.frame && x86.op_count > 1 &&
                      x86.operands[1].type == X86_OP_REG &&
                      vector_register(static_cast<int>(x86.operands[1].reg));
  }
}

Instruction read_instruction(const cs_insn& from) {
  const cs_detail& detail = *from.detail;
  const cs_x86& x86 = detail.x86;
  const std::string_view name = from.mnemonic;
  Instruction to;
  to.address = from.address;
  to.end = from.address + from.size;
  to.jump = in_group(detail, CS_GRP_JUMP);
  to.call = in_group(detail, CS_GRP_CALL);
  to.direct = to.jump && x86.op_count > 0 && x86.operands[0].type == X86_OP_IMM;
  if (to.direct) to.target = static_cast<std::uint64_t>(x86.operands[0].imm);
  const bool compares = begins_with(name, {"cmp", "test", "ucomis", "comis", "vucomis", "vcomis"});
  if (x86.op_count > 0 && x86.operands[0].type == X86_OP_REG && !compares && name != "push")
    to.first = plain_register(static_cast<int>(x86.operands[0].reg));
  to.extended = name.starts_with('v') && to.first != 0 && vector_register(to.first);
  to.moves = begins_with(name, {"mov", "vmov"});
  read_memory(name, x86, to);
  read_arithmetic(name, x86, to);
  read_step(name, x86, to);
  return to;
}

bool reads_numbers(const Instruction& i) {
  return i.width != 0 || (i.moves && vector_register(i.first)) || i.vector_store;
}

// Whether the registers of the addresses of numbers stand still or go on by few bytes at a time; of
// the others the largest step, where it is a constant.
void find_steps(std::span<const Instruction> part, CodeMix& mix) {
  constexpr int kNear = 64;
  std::map<int, int> steps;  // of registers that change; 0: not by a constant
  for (const Instruction& i : part) {
    if (i.first == 0 || vector_register(i.first)) continue;
    const int step = i.steps ? std::abs(i.step) : 0;
    const auto [at, added] = steps.try_emplace(i.first, step);
    if (!added) at->second = at->second == 0 || step == 0 ? 0 : std::max(at->second, step);
  }
  for (const Instruction& i : part) {
    if (!reads_numbers(i)) continue;
    for (const int used : {i.base, i.index}) {
      const auto at = steps.find(used);
      if (at == steps.end() || (at->second != 0 && at->second <= kNear)) continue;
      mix.contiguous = false;
      mix.step = std::max(mix.step, at->second);
    }
  }
}

// Marks sums that go on from turn to turn: in registers that are only added to.
void find_carried(std::span<const Instruction> part, CodeMix& mix) {
  std::map<int, bool> fresh;  // whether a vector register gets a value of its own in each turn
  for (const Instruction& i : part)
    if (vector_register(i.first)) fresh[i.first] = fresh[i.first] || !i.accumulates;
  for (const Instruction& i : part) {
    if (i.width == 0 || !i.accumulates || fresh[i.first]) continue;
    mix.carried = true;
    mix.recurrence = mix.recurrence || !i.sum;
  }
}

}  // namespace

MachineCode::MachineCode(std::span<const std::uint8_t> bytes, std::uint64_t address) {
#if defined(__x86_64__)
  csh handle = 0;
  if (::cs_open(CS_ARCH_X86, CS_MODE_64, &handle) != CS_ERR_OK) return;
  ::cs_option(handle, CS_OPT_DETAIL, CS_OPT_ON);
  cs_insn* instruction = ::cs_malloc(handle);
  const std::uint8_t* at = bytes.data();
  std::size_t left = bytes.size();
  std::uint64_t now = address;
  while (left > 0) {
    if (::cs_disasm_iter(handle, &at, &left, &now, instruction)) {
      code_.push_back(read_instruction(*instruction));
      continue;
    }
    ++at;  // a byte that is no instruction
    ++now;
    --left;
  }
  ::cs_free(instruction, 1);
  ::cs_close(&handle);
#else
  static_cast<void>(bytes);
  static_cast<void>(address);
#endif
}

CodeMix MachineCode::mix(std::span<const Instruction> part, bool loop) const {
  CodeMix mix;
  mix.loop = loop;
  int doubles = 0, extended = 0;
  for (const Instruction& i : part) {
    ++mix.instructions;
    mix.in_frame += i.frame;
    mix.calls = mix.calls || i.call;
    mix.branches = mix.branches || (i.jump && &i != &part.back());
    mix.stores = mix.stores || i.vector_store;
    if (i.width == 0) continue;
    ++(i.width < 128    ? mix.scalar
       : i.width == 128 ? mix.by128
       : i.width == 256 ? mix.by256
                        : mix.by512);
    doubles += i.doubles;
    extended += i.extended;
  }
  mix.doubles = 2 * doubles > mix.arithmetic();
  mix.old = 2 * extended < mix.arithmetic();
  find_steps(part, mix);
  if (loop) find_carried(part, mix);
  return mix;
}

CodeMix MachineCode::whole() const {
  constexpr std::size_t kBeginning = 16;
  CodeMix all = mix(code_, false);
  for (const Instruction& i : std::span(code_).first(std::min(kBeginning, code_.size())))
    all.keeps_arguments = all.keeps_arguments || i.keeps_argument;
  return all;
}

CodeMix MachineCode::loop_at(std::uint64_t address) const {
  const Instruction* best = nullptr;
  for (const Instruction& i : code_) {
    if (!i.jump || !i.direct || i.target > i.address) continue;
    if (address < i.target || address >= i.end) continue;
    if (best == nullptr || i.end - i.target < best->end - best->target) best = &i;
  }
  if (best == nullptr) return {};
  const auto from = std::find_if(code_.begin(), code_.end(), [best](const Instruction& i) {
    return i.address >= best->target;
  });
  const auto last = static_cast<std::size_t>(best - code_.data());
  const auto first = static_cast<std::size_t>(from - code_.begin());
  return mix(std::span(code_).subspan(first, last + 1 - first), true);
}

}  // namespace lithe::program
