// The packing of a batch: correctly rounded quotients, the reference's columns, and not a byte read
// beyond the data.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <vector>

#include "base/aligned.h"
#include "base/random.h"
#include "kernels/table.h"

namespace lithe::kernels {
namespace {

using cpu::Isa;

std::vector<Isa> all_isas() {
  std::vector<Isa> isas = cpu::supported_isas();
  isas.push_back(Isa::scalar);
  return isas;
}

// Memory whose last byte stands before a page that must not be touched.
class Guarded {
 public:
  explicit Guarded(std::size_t bytes) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    mapped_ = round_up(bytes, page) + page;
    start_ = ::mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start_ == MAP_FAILED) throw std::runtime_error("no memory");
    std::uint8_t* guard = static_cast<std::uint8_t*>(start_) + mapped_ - page;
    if (::mprotect(guard, page, PROT_NONE) != 0) throw std::runtime_error("no guard");
    data_ = guard - bytes;
  }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;
  ~Guarded() { ::munmap(start_, mapped_); }
  std::uint8_t* data() const { return data_; }

 private:
  std::size_t mapped_;
  void* start_;
  std::uint8_t* data_;
};

// What a kernel makes of `order`, in memory as a plan books it.
template <typename T>
struct Packed {
  Packed(void (*kernel)(Pack<T>&), const void* data, std::size_t element, std::size_t columns,
         std::vector<std::uint32_t> rows, T divisor, bool in_pairs = false)
      : stride(row_stride<T>(columns + kPackSlack)),
        x(rows.size() * stride),
        index(columns + kPackSlack),
        any(columns + kPackSlack),
        blocks(columns / 4 + 1) {
    for (std::uint8_t& value : any) value = 0xff;  // left over from the batch before
    Pack<T> pack{};
    pack.data = data;
    pack.row_stride = pack.row_bytes = columns * element;
    pack.order = rows.data();
    pack.rows = rows.size();
    pack.columns = columns;
    pack.next_order = rows.data();
    pack.next_rows = rows.size();
    pack.divisor = divisor;
    pack.x = x.data();
    pack.stride = stride;
    pack.index = index.data();
    pack.any = any.data();
    pack.blocks = blocks.data();
    pack.in_pairs = in_pairs;
    kernel(pack);
    depth = pack.depth;
  }
  T at(std::size_t row, std::size_t column) const { return x[row * stride + column]; }

  std::size_t stride, depth = 0;
  base::AlignedArray<T> x;
  base::AlignedArray<std::uint32_t> index;
  base::AlignedArray<std::uint8_t> any;
  base::AlignedArray<PackedBlock> blocks;
};

template <typename T>
void check_quotients(Isa isa, T divisor) {
  std::vector<std::uint8_t> bytes(256);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i);
  const Kernels<T>& k = kernels<T>(isa);
  const Packed<T> dense(k.pack_bytes, bytes.data(), 1, 256, {0}, divisor);
  const Packed<T> kept(k.pack_nonzero_bytes, bytes.data(), 1, 256, {0}, divisor);
  ASSERT_EQ(dense.depth, 256u);
  ASSERT_EQ(kept.depth, 255u);  // all but the zero
  for (std::size_t i = 0; i < 256; ++i) {
    const T quotient = static_cast<T>(i) / divisor;  // rounded correctly, as IEEE 754 has it
    ASSERT_EQ(dense.at(0, i), quotient) << i << " / " << divisor << " " << cpu::name(isa);
    if (i > 0) {
      ASSERT_EQ(kept.at(0, i - 1), quotient) << i << " / " << divisor;
    }
  }
}

TEST(Packing, QuotientsAreCorrectlyRounded) {
  for (const Isa isa : all_isas())
    for (const double divisor : {255.0, 1.0, 256.0, 3.0, 7.0, 49.0, 127.5, 0.1, 1e-3, 1e5, 78.56}) {
      check_quotients<float>(isa, static_cast<float>(divisor));
      check_quotients<double>(isa, divisor);
    }
}

// Any number of columns: around vectors of 4 to 64.
const std::size_t kColumns[] = {1, 3, 4, 7, 8, 15, 16, 17, 31, 33, 63, 64, 65, 127, 784, 785, 1000};

// Rows that end with the memory they stand in; most columns are zero in all of them.
struct Bytes {
  Bytes(std::size_t row_count, std::size_t column_count, double density)
      : rows(row_count), columns(column_count), memory(rows * columns) {
    base::Rng random(3, static_cast<std::uint32_t>(columns));
    for (std::size_t k = 0; k < columns; ++k) {
      const bool some = random.uniform() < density;
      for (std::size_t i = 0; i < rows; ++i)
        memory.data()[i * columns + k] =
            some ? static_cast<std::uint8_t>(random.below(3) == 0 ? 0 : random.below(256)) : 0;
    }
  }
  std::size_t rows, columns;
  Guarded memory;
};

template <typename T>
void expect_equal(const Packed<T>& a, const Packed<T>& b, std::size_t rows, bool indexed) {
  ASSERT_EQ(a.depth, b.depth);
  for (std::size_t c = 0; c < a.depth; ++c) {
    if (indexed) {
      ASSERT_EQ(a.index[c], b.index[c]) << "nonzero column " << c;
    }
    for (std::size_t i = 0; i < rows; ++i)
      ASSERT_EQ(a.at(i, c), b.at(i, c)) << "row " << i << ", nonzero column " << c;
  }
}

template <typename T>
void check_columns(Isa isa, const Bytes& bytes, const std::vector<std::uint32_t>& order) {
  SCOPED_TRACE(std::string(cpu::name(isa)) + ", " + std::to_string(bytes.columns) + " columns, " +
               std::to_string(order.size()) + " rows");
  const Kernels<T>&k = kernels<T>(isa), &plain = kernels<T>(Isa::scalar);
  const auto pack = [&](auto kernel) {
    return Packed<T>(kernel, bytes.memory.data(), 1, bytes.columns, order, 255);
  };
  expect_equal(pack(k.pack_bytes), pack(plain.pack_bytes), order.size(), false);
  expect_equal(pack(k.pack_nonzero_bytes), pack(plain.pack_nonzero_bytes), order.size(), true);
  const auto pairs = [&](auto kernel) {
    return Packed<T>(kernel, bytes.memory.data(), 1, bytes.columns, order, 255, true);
  };
  expect_equal(pairs(k.pack_nonzero_bytes), pairs(plain.pack_nonzero_bytes), order.size(), true);
}

TEST(Packing, KeepsTheReferencesColumnsAndReadsNothingBehindTheData) {
  for (const std::size_t columns : kColumns)
    for (const double density : {0.0, 0.2, 0.9, 1.0}) {
      const Bytes bytes(6, columns, density);
      for (const Isa isa : all_isas())
        for (const std::vector<std::uint32_t>& order : {std::vector<std::uint32_t>{5},
                                                        {5, 0},
                                                        {1, 2, 5},
                                                        {5, 4, 3, 2},
                                                        {0, 0, 1, 3, 5, 5, 2}}) {
          check_columns<float>(isa, bytes, order);
          check_columns<double>(isa, bytes, order);
        }
    }
}

// Where products take pairs of columns, none loses its partner.
TEST(Packing, KeepsPairsTogether) {
  const Bytes bytes(6, 785, 0.2);
  const std::vector<std::uint32_t> order = {1, 2, 5};
  for (const Isa isa : all_isas()) {
    const auto pack = [&](bool in_pairs) {
      return Packed<float>(kernels<float>(isa).pack_nonzero_bytes, bytes.memory.data(), 1, 785,
                           order, 255, in_pairs);
    };
    const Packed<float> pairs = pack(true), alone = pack(false);
    ASSERT_GT(pairs.depth, alone.depth);
    for (std::size_t c = 0; c < pairs.depth; c += 2) {
      EXPECT_EQ(pairs.index[c] % 2, 0u);
      if (c + 1 < pairs.depth)
        EXPECT_EQ(pairs.index[c + 1], pairs.index[c] + 1);
      else
        EXPECT_EQ(pairs.index[c], 784u);
    }
  }
}

// A batch without a single value keeps no column.
TEST(Packing, OfNothingKeepsNothing) {
  const std::vector<std::uint8_t> zeros(100);
  for (const Isa isa : all_isas())
    EXPECT_EQ(
        Packed<float>(kernels<float>(isa).pack_nonzero_bytes, zeros.data(), 1, 50, {0, 1}, 255)
            .depth,
        0u);
}

template <typename Source, typename T>
void check_floats(Isa isa, void (*Kernels<T>::*kernel)(Pack<T>&), std::size_t columns) {
  const std::size_t rows = 4;
  const Guarded memory(rows * columns * sizeof(Source));
  auto* values = reinterpret_cast<Source*>(memory.data());
  base::Rng random(3, 2);
  for (std::size_t i = 0; i < rows * columns; ++i)
    values[i] = static_cast<Source>(50 * random.normal());
  const std::vector<std::uint32_t> order = {3, 1, 3};
  const Packed<T> packed(kernels<T>(isa).*kernel, values, sizeof(Source), columns, order, 3);
  ASSERT_EQ(packed.depth, columns);
  for (std::size_t i = 0; i < order.size(); ++i)
    for (std::size_t k = 0; k < columns; ++k)
      ASSERT_EQ(packed.at(i, k), static_cast<T>(values[order[i] * columns + k]) / T{3});
}

TEST(Packing, OfNumbersDividesEachAndReadsNothingBehindTheData) {
  for (const Isa isa : all_isas())
    for (const std::size_t columns : kColumns) {
      check_floats<std::int32_t, float>(isa, &Kernels<float>::pack_int32, columns);
      check_floats<std::int32_t, double>(isa, &Kernels<double>::pack_int32, columns);
      check_floats<float, float>(isa, &Kernels<float>::pack_float32, columns);
      check_floats<float, double>(isa, &Kernels<double>::pack_float32, columns);
      check_floats<double, float>(isa, &Kernels<float>::pack_float64, columns);
      check_floats<double, double>(isa, &Kernels<double>::pack_float64, columns);
    }
}

// Not-a-number is no zero, wherever in a vector it stands.
template <typename T>
void check_not_a_number(Isa isa) {
  constexpr std::size_t kWide = 37;
  for (std::size_t at = 0; at < kWide; ++at) {
    std::vector<float> values(kWide, 0.0F);
    values[at] = std::numeric_limits<float>::quiet_NaN();
    const Packed<T> packed(kernels<T>(isa).pack_nonzero_float32, values.data(), sizeof(float),
                           kWide, {0}, 1);
    ASSERT_EQ(packed.depth, 1u) << cpu::name(isa) << " " << at;
    ASSERT_TRUE(std::isnan(packed.at(0, 0)));
  }
}

TEST(Packing, OfNonzeroNumbersKeepsNotANumber) {
  for (const Isa isa : all_isas()) {
    check_not_a_number<float>(isa);
    check_not_a_number<double>(isa);
  }
}

}  // namespace
}  // namespace lithe::kernels
