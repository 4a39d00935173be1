// CIFAR's binary files.
#include "data/pictures/cifar.h"

#include <gtest/gtest.h>

#include "data/sample.h"
#include "lithe/data.h"
#include "lithe/images.h"

namespace lithe::data {
namespace {

using namespace test;
namespace fs = std::filesystem;

constexpr std::size_t kPlane = 32 * 32;

// One record: its planes are red `level`, green level + 1, blue level + 2, but for a first pixel of
// 7, 8 and 9.
ByteVector record(const ByteVector& labels, std::uint8_t level) {
  ByteVector bytes = labels;
  for (std::uint8_t c = 0; c < 3; ++c) {
    bytes.push_back(static_cast<std::uint8_t>(7 + c));
    bytes.insert(bytes.end(), kPlane - 1, static_cast<std::uint8_t>(level + c));
  }
  return bytes;
}

void write_cifar10(const fs::path& folder) {
  for (int batch = 1; batch <= 5; ++batch) {
    const auto level = static_cast<std::uint8_t>(20 * batch);
    write_bytes(folder / ("data_batch_" + std::to_string(batch) + ".bin"),
                joined(record({static_cast<std::uint8_t>(batch)}, level), record({9}, level)));
  }
  write_bytes(folder / "test_batch.bin", record({3}, 200));
}

TEST(Cifar, PutsThePlanesTogether) {
  const CifarPart part =
      parse_cifar(joined(record({2}, 50), record({9}, 60)), CifarKind::cifar10, "x");
  ASSERT_EQ(part.labels.size(), 2);
  EXPECT_EQ(part.labels[0], 2);
  EXPECT_EQ(part.labels[1], 9);
  const ByteVector start(part.pixels.begin(), part.pixels.begin() + 9);
  EXPECT_EQ(start, (ByteVector{7, 8, 9, 50, 51, 52, 50, 51, 52}));
  EXPECT_EQ(part.pixels[3 * kPlane + 3], 60);
}

TEST(Cifar, TakesTheFineClassOfAHundred) {
  const CifarPart part = parse_cifar(record({19, 99}, 50), CifarKind::cifar100, "x");
  EXPECT_EQ(part.labels[0], 99);
}

TEST(Cifar, RefusesWhatIsNotWhole) {
  const ByteVector whole = record({2}, 50);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, whole.size() - 1})
    expect_error(ErrorKind::data, {"x.bin", "3073"},
                 [&] { parse_cifar(std::span(whole).first(size), CifarKind::cifar10, "x.bin"); });
  expect_error(ErrorKind::data, {"x.bin", "picture 1 has class 10"},
               [&] { parse_cifar(joined(whole, record({10}, 1)), CifarKind::cifar10, "x.bin"); });
  expect_error(ErrorKind::data, {"class 100"}, [&] {
    parse_cifar(record({0, 100}, 1), CifarKind::cifar100, "x.bin");
  });
}

TEST(Cifar, IsADataSet) {
  const TemporaryFolder folder;
  write_cifar10(folder.path());
  EXPECT_FALSE(is_image_folder(folder.path()));
  const Dataset data = load_dataset(folder.path().string(), {});
  EXPECT_EQ(data.shape, (std::vector<std::size_t>{32, 32, 3}));
  EXPECT_EQ(data.class_names.size(), 10);
  EXPECT_EQ(data.class_names[9], "9");
  ASSERT_EQ(data.train.features.rows, 10);
  EXPECT_EQ(data.train.labels[0], 1);
  EXPECT_EQ(data.train.labels[9], 9);
  EXPECT_EQ(data.train.features.row(4)[3], 60);
  EXPECT_EQ(data.test.labels[0], 3);
  EXPECT_EQ(data.test.features.divisor, 255);

  write_bytes(folder.path() / "batches.meta.txt", {'a', '\n', 'b', '\n'});  // too few names
  EXPECT_EQ(load_dataset(folder.path().string(), {}).class_names[0], "0");
  const std::string names =
      "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n";
  write_bytes(folder.path() / "batches.meta.txt", {names.begin(), names.end()});
  EXPECT_EQ(load_dataset(folder.path().string(), {}).class_names[3], "cat");
}

TEST(Cifar, AHundredClassesAreADataSetToo) {
  const TemporaryFolder folder;
  write_bytes(folder.path() / "train.bin", joined(record({1, 42}, 5), record({1, 7}, 6)));
  write_bytes(folder.path() / "test.bin", record({1, 42}, 5));
  const Dataset data = load_dataset(folder.path().string(), {});
  EXPECT_EQ(data.class_names.size(), 100);
  EXPECT_EQ(data.train.labels[0], 42);
  EXPECT_EQ(data.test.features.rows, 1);
}

TEST(Cifar, NamesAFileThatIsMissingOrCut) {
  const TemporaryFolder folder;
  write_cifar10(folder.path());
  write_bytes(folder.path() / "data_batch_4.bin", ByteVector(100));
  expect_error(ErrorKind::data, {"data_batch_4.bin", "100 bytes"},
               [&] { load_dataset(folder.path().string(), {}); });
  fs::remove(folder.path() / "data_batch_4.bin");
  expect_error(ErrorKind::io, {"data_batch_4.bin"},
               [&] { load_dataset(folder.path().string(), {}); });
}

}  // namespace
}  // namespace lithe::data
