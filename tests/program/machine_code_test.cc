#include "program/machine_code.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace lithe::program {
namespace {

#if defined(__x86_64__)

using Bytes = std::vector<std::uint8_t>;

// A loop at 0x1000: movss (%rdi,%rax,1),%xmm0; mulss %xmm1,%xmm0; addss (%rsi,%rax,1),%xmm0;
// movss %xmm0,(%rsi,%rax,1); add $4,%rax; cmp %rax,%rdx; jne.
const Bytes kElementwise = {0xf3, 0x0f, 0x10, 0x04, 0x07, 0xf3, 0x0f, 0x59, 0xc1, 0xf3,
                            0x0f, 0x58, 0x04, 0x06, 0xf3, 0x0f, 0x11, 0x04, 0x06, 0x48,
                            0x83, 0xc0, 0x04, 0x48, 0x39, 0xc2, 0x75, 0xe4};

TEST(MachineCode, ALoopOfNumbersIsScalarContiguousAndStores) {
  const MachineCode code(kElementwise, 0x1000);
  const CodeMix mix = code.loop_at(0x1005);
  EXPECT_TRUE(mix.loop);
  EXPECT_EQ(mix.instructions, 7);
  EXPECT_EQ(mix.scalar, 2);
  EXPECT_EQ(mix.by128 + mix.by256 + mix.by512, 0);
  EXPECT_TRUE(mix.old);
  EXPECT_TRUE(mix.contiguous);
  EXPECT_TRUE(mix.stores);
  EXPECT_FALSE(mix.carried);
  EXPECT_FALSE(mix.doubles);
}

TEST(MachineCode, ASumIsCarriedFromTurnToTurn) {
  // addsd (%rdi),%xmm0; add $8,%rdi; cmp %rdi,%rsi; jne.
  const Bytes sum = {0xf2, 0x0f, 0x58, 0x07, 0x48, 0x83, 0xc7, 0x08, 0x48, 0x39, 0xfe, 0x75, 0xf3};
  const CodeMix mix = MachineCode(sum, 0).loop_at(0);
  EXPECT_TRUE(mix.carried);
  EXPECT_FALSE(mix.recurrence);
  EXPECT_TRUE(mix.doubles);
  EXPECT_TRUE(mix.contiguous);
}

TEST(MachineCode, AProductOfTheLastResultIsARecurrence) {
  // mulss %xmm1,%xmm0; dec %eax; jne.
  const Bytes product = {0xf3, 0x0f, 0x59, 0xc1, 0xff, 0xc8, 0x75, 0xf8};
  EXPECT_TRUE(MachineCode(product, 0).loop_at(0).recurrence);
}

TEST(MachineCode, LargeStepsAreNotContiguous) {
  // addss (%rdi),%xmm0; add $1024,%rdi; cmp %rdi,%rsi; jne.
  const Bytes column = {0xf3, 0x0f, 0x58, 0x07, 0x48, 0x81, 0xc7, 0x00,
                        0x04, 0x00, 0x00, 0x48, 0x39, 0xfe, 0x75, 0xf0};
  EXPECT_FALSE(MachineCode(column, 0).loop_at(0).contiguous);
}

TEST(MachineCode, WideVectorsAreSeen) {
  // vfmadd231ps (%rdi),%ymm1,%ymm0; add $32,%rdi; cmp %rdi,%rsi; jne.
  const Bytes wide = {0xc4, 0xe2, 0x75, 0xb8, 0x07, 0x48, 0x83,
                      0xc7, 0x20, 0x48, 0x39, 0xfe, 0x75, 0xf2};
  const CodeMix mix = MachineCode(wide, 0).loop_at(0);
  EXPECT_EQ(mix.by256, 1);
  EXPECT_FALSE(mix.old);
}

TEST(MachineCode, OutsideOfLoopsThereIsNone) {
  EXPECT_FALSE(MachineCode(kElementwise, 0x1000).loop_at(0x2000).loop);
  EXPECT_FALSE(MachineCode({}, 0).loop_at(0).loop);
}

#endif

TEST(MachineCode, AnyBytesAreRead) {
  std::mt19937 random(5);
  for (int i = 0; i < 300; ++i) {
    std::vector<std::uint8_t> bytes(random() % 600);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
    const MachineCode code(bytes, random());
    EXPECT_LE(code.whole().instructions, static_cast<int>(bytes.size()));
    EXPECT_LE(code.loop_at(random()).instructions, static_cast<int>(bytes.size()));
  }
}

}  // namespace
}  // namespace lithe::program
