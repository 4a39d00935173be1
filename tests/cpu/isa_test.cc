#include "cpu/isa.h"

#include <gtest/gtest.h>

#include "lithe/error.h"
#include "lithe/machine.h"

namespace lithe {
namespace {

TEST(Isa, NamesAreReadBack) {
  for (const cpu::Isa isa : cpu::supported_isas()) {
    EXPECT_TRUE(cpu::supported(isa));
    EXPECT_EQ(cpu::parse_isa(cpu::name(isa)), isa);
  }
  EXPECT_EQ(cpu::parse_isa("scalar"), cpu::Isa::scalar);
  EXPECT_EQ(cpu::parse_isa("auto"), cpu::best_isa());
}

TEST(Isa, PublicNamesAreThoseOfTheKernels) {
  const auto names = supported_isas();
  ASSERT_EQ(names.size(), cpu::supported_isas().size());
  for (std::size_t i = 0; i < names.size(); ++i)
    EXPECT_EQ(names[i], cpu::name(cpu::supported_isas()[i]));
}

TEST(Isa, UnknownAndAbsentOnesAreRefusedWithThosePresent) {
#if defined(__x86_64__)
  const char* absent = "neon";
#else
  const char* absent = "avx512";
#endif
  for (const char* wanted : {"", "avx1024", "AVX2", absent}) {
    try {
      (void)cpu::parse_isa(wanted);
      FAIL() << "accepted '" << wanted << "'";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_NE(error.problem().find(wanted), std::string::npos);
      for (const auto& name : supported_isas())
        EXPECT_NE(error.remedy().find(name), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace lithe
