// The choice of the packing kernel, and the measured share of columns that it rests on.
#include "plan/choose.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.h"
#include "blas/fake_blas/paths.h"
#include "catalogue/catalogue.h"
#include "cpu/isa.h"
#include "support/training.h"

namespace lithe::plan {
namespace {

Features bytes_of(const std::vector<std::uint8_t>& bytes, std::size_t columns) {
  return {bytes.data(), ElementType::uint8, bytes.size() / columns, columns, columns, 255};
}

TEST(KeptColumns, CountsColumnsThatHaveAValueSomewhere) {
  constexpr std::size_t kRows = 100, kColumns = 40;
  for (const std::size_t used : {0, 1, 10, 40}) {
    std::vector<std::uint8_t> bytes(kRows * kColumns);
    for (std::size_t i = 0; i < kRows; ++i)
      for (std::size_t k = 0; k < used; ++k) bytes[i * kColumns + k] = 9;
    for (const std::size_t batch : {1, 10, 100})
      EXPECT_DOUBLE_EQ(nonzero_columns(bytes_of(bytes, kColumns), batch),
                       static_cast<double>(used) / kColumns);
  }
}

// Each value is there with probability p by itself, so a batch of n keeps 1 - (1 - p)^n.
TEST(KeptColumns, IsNearWhatABatchKeepsWhateverTheNumberOfRows) {
  base::Rng random(4, 1);
  constexpr double p = 0.05;
  constexpr std::size_t kColumns = 784;
  for (const std::size_t rows : {1618, 1000, 1001, 1500}) {
    std::vector<std::uint8_t> bytes(rows * kColumns);
    for (std::uint8_t& byte : bytes) byte = random.uniform() < p ? 1 : 0;
    for (const std::size_t batch : {1, 10, 50}) {
      const double expected = 1 - std::pow(1 - p, static_cast<double>(batch));
      // A sample of 16 x 784 columns: a standard deviation is below 0.005.
      EXPECT_NEAR(nonzero_columns(bytes_of(bytes, kColumns), batch), expected, 0.025)
          << rows << " rows, batch " << batch;
    }
  }
}

// Data sets often come sorted by class: a sample of neighbours would miss most of what a shuffled
// batch holds.
TEST(KeptColumns, SeesAllOfASortedDataSet) {
  constexpr std::size_t kRows = 1000, kClasses = 10;
  std::vector<std::uint8_t> bytes(kRows * kClasses);
  for (std::size_t i = 0; i < kRows; ++i) bytes[i * kClasses + i * kClasses / kRows] = 1;
  EXPECT_GT(nonzero_columns(bytes_of(bytes, kClasses), 50), 0.85);
}

TEST(KeptColumns, IsAllWhereTheDataAreNotBytesOrNotThere) {
  const test::RandomExamples numbers(5, 3, 2);
  EXPECT_EQ(nonzero_columns(numbers.examples.features, 2), 1);
  EXPECT_EQ(nonzero_columns({nullptr, ElementType::uint8, 0, 784, 784, 255}, 10), 1);
}

template <typename T>
void check_choice(cpu::Isa isa) {
  const kernels::Kernels<T>& k = kernels::kernels<T>(isa);
  const auto sparse = choose_packing<T>(k, ElementType::uint8, 0.4);
  EXPECT_EQ(sparse.kernel, k.pack_nonzero_bytes);
  EXPECT_TRUE(sparse.indexed);
  EXPECT_TRUE(sparse.refused.empty());
  EXPECT_NE(sparse.name.find("(40%)"), std::string::npos) << sparse.name;

  const auto dense = choose_packing<T>(k, ElementType::uint8, 0.95);
  EXPECT_EQ(dense.kernel, k.pack_bytes);
  EXPECT_FALSE(dense.indexed);
  ASSERT_EQ(dense.refused.size(), 1u);
  EXPECT_NE(dense.refused[0].reason.find("95%"), std::string::npos) << dense.refused[0].reason;

  const auto single = choose_packing<T>(k, ElementType::float32, 1);
  EXPECT_EQ(single.kernel, k.pack_float32);
  EXPECT_EQ(choose_packing<T>(k, ElementType::float64, 1).kernel, k.pack_float64);
  EXPECT_EQ(choose_packing<T>(k, ElementType::int32, 1).kernel, k.pack_int32);
  ASSERT_EQ(single.refused.size(), 1u);
  EXPECT_FALSE(single.refused[0].reason.empty());
}

// --- Who makes a product.

Blas a_blas(BlasUse use) {
  BlasLibrary library;
  library.path = test::fake_blas("lp64");
  library.kind = "fake";
  return Blas(library, use);
}

ProductChoice choose(Blas* blas, double nonzero = 1) {
  return choose_product(blas, {Product::forward, 4, 300, 200}, nonzero,
                        kernels::kernels<float>(cpu::best_isa()));
}

TEST(ChooseProduct, IsNativeWithoutABlas) {
  EXPECT_FALSE(choose(nullptr).by_blas);
  EXPECT_TRUE(choose(nullptr).refused.empty());
}

TEST(ChooseProduct, IsTheBlasThatWasAskedFor) {
  Blas blas = a_blas(BlasUse::everywhere);
  const ProductChoice choice = choose(&blas);
  EXPECT_TRUE(choice.by_blas);
  ASSERT_EQ(choice.refused.size(), 1u);
  EXPECT_EQ(choice.refused[0].kernel, "tiles");
}

// Whatever the clock says, the choice follows from it: measured once, kept, and told.
TEST(ChooseProduct, GoesByWhatWasMeasured) {
  for (const cpu::Isa isa : {cpu::best_isa(), cpu::Isa::scalar})
    for (const Product product :
         {Product::forward, Product::input_gradient, Product::weight_gradient}) {
      const auto& k = kernels::kernels<double>(isa);
      const ProductShape shape{product, 4, 30, 40};
      Blas may = a_blas(BlasUse::where_faster), asked = a_blas(BlasUse::benchmarked);
      const ProductTimes times = may.times<double>(shape, k);
      EXPECT_GT(times.native, 0);
      EXPECT_GT(times.blas, 0);
      EXPECT_EQ(may.times<double>(shape, k).native, times.native) << "measured once";
      const ProductChoice choice = choose_product(&may, shape, 1, k);
      const bool faster = times.native > kBlasGain * times.blas;
      EXPECT_EQ(choice.by_blas, faster);
      ASSERT_EQ(choice.refused.size(), 1u);
      EXPECT_EQ(choice.refused[0].kernel, faster ? "tiles" : "gemm of fake");
      EXPECT_NE(choice.refused[0].reason.find(" us"), std::string::npos);
      const ProductChoice benchmarked = choose_product(&asked, shape, 1, k);
      EXPECT_FALSE(benchmarked.by_blas) << "it is only benchmarked";
      ASSERT_EQ(benchmarked.refused.size(), 1u);
      EXPECT_EQ(benchmarked.refused[0].kernel, "gemm of fake");
    }
}

TEST(ChooseProduct, ColumnsThatAreLeftOutAreForTheTiles) {
  Blas blas = a_blas(BlasUse::where_faster);
  const ProductChoice choice = choose(&blas, 0.48);
  EXPECT_FALSE(choice.by_blas);
  ASSERT_EQ(choice.refused.size(), 1u);
  EXPECT_NE(choice.refused[0].reason.find("48%"), std::string::npos);
}

TEST(ChoosePacking, ABlasTakesTheBatchAsItIs) {
  const auto& k = kernels::kernels<float>(cpu::best_isa());
  const auto choice = choose_packing<float>(k, ElementType::uint8, 0.4, 10, true);
  EXPECT_FALSE(choice.indexed);
  EXPECT_EQ(choice.kernel, k.pack_bytes);
  ASSERT_EQ(choice.refused.size(), 1u);
  EXPECT_NE(choice.refused[0].reason.find("BLAS"), std::string::npos);
}

TEST(ChoosePacking, TakesTheFirstThatIsNotRefused) {
  check_choice<float>(cpu::Isa::scalar);
  for (const cpu::Isa isa : cpu::supported_isas()) {
    check_choice<float>(isa);
    check_choice<double>(isa);
  }
}

}  // namespace
}  // namespace lithe::plan
