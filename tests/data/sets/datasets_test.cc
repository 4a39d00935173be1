#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <numeric>

#include "data/sample.h"
#include "lithe/data.h"

namespace lithe {
namespace {

using namespace lithe::test;

// A folder with a small data set of four IDX files: 6 and 3 images of 2x3, three classes.
class Datasets : public ::testing::Test {
 protected:
  void SetUp() override { write_all(folder()); }

  static void write_all(const std::filesystem::path& folder) {
    write_bytes(folder / "train-images-idx3-ubyte", idx({6, 2, 3}, pattern(36)));
    write_bytes(folder / "train-labels-idx1-ubyte.gz", gzip(idx({6}, {0, 1, 2, 0, 1, 2})));
    write_bytes(folder / "t10k-images-idx3-ubyte.gz", gzip(idx({3, 2, 3}, pattern(18))));
    write_bytes(folder / "t10k-labels-idx1-ubyte", idx({3}, {2, 1, 0}));
  }

  std::filesystem::path folder() const { return root_.path() / "four"; }
  std::filesystem::path root() const { return root_.path(); }
  Dataset load() const { return load_dataset(folder().string(), root()); }
  void expect_bad(const std::vector<std::string>& words) const {
    expect_error(ErrorKind::data, words, [&] { load(); });
  }

 private:
  TemporaryFolder root_;
};

TEST_F(Datasets, ReadsAFolderOfIdxFiles) {
  const Dataset set = load();
  EXPECT_EQ(set.name, folder().string());
  EXPECT_EQ(set.shape, (std::vector<std::size_t>{2, 3}));
  EXPECT_EQ(set.class_names, (std::vector<std::string>{"0", "1", "2"}));
  EXPECT_EQ(set.train.classes, 3u);
  EXPECT_EQ(set.train.features.type, ElementType::uint8);
  EXPECT_EQ(set.train.features.rows, 6u);
  EXPECT_EQ(set.train.features.columns, 6u);
  EXPECT_EQ(set.train.features.row_stride, 6u);
  EXPECT_EQ(set.train.features.divisor, 255);
  EXPECT_TRUE(
      std::equal(set.train.features.row(0), set.train.features.row(6), pattern(36).begin()));
  EXPECT_EQ(set.train.labels[5], 2);
  EXPECT_EQ(set.test.features.rows, 3u);
  EXPECT_EQ(set.test.labels[0], 2);
}

TEST_F(Datasets, CopiesAndSlicesKeepTheMemory) {
  Dataset copy;
  {
    const Dataset set = load();
    copy = set;
  }
  const Examples part = copy.train.slice(4, 100);
  EXPECT_EQ(part.features.rows, 2u);
  EXPECT_EQ(part.labels[0], 1);
  EXPECT_EQ(part.features.row(0)[0], pattern(36)[24]);
}

TEST_F(Datasets, ReadsOtherRanks) {
  std::filesystem::remove(folder() / "train-images-idx3-ubyte");
  std::filesystem::remove(folder() / "t10k-images-idx3-ubyte.gz");
  write_bytes(folder() / "train-images-idx4-ubyte", idx({6, 1, 2, 3}, pattern(36)));
  write_bytes(folder() / "t10k-images-idx4-ubyte", idx({3, 1, 2, 3}, pattern(18)));
  EXPECT_EQ(load().shape, (std::vector<std::size_t>{1, 2, 3}));
}

TEST_F(Datasets, PrefersTheGzipFileThatAFetchHasChecked) {
  write_bytes(folder() / "t10k-labels-idx1-ubyte.gz", gzip(idx({3}, {1, 1, 1})));
  EXPECT_EQ(load().test.labels[0], 1);
}

TEST_F(Datasets, KnowsFashionUnderBothSpellings) {
  write_all(root() / "fashion_mnist");
  for (const char* name : {"fashion_mnist", "fashion-mnist"}) {
    const Dataset set = load_dataset(name, root());
    EXPECT_EQ(set.name, "fashion_mnist");
    ASSERT_EQ(set.class_names.size(), 10u);
    EXPECT_EQ(set.class_names[9], "Ankle boot");
    EXPECT_EQ(set.test.classes, 10u);
  }
}

TEST_F(Datasets, RefusesFilesThatDoNotBelongTogether) {
  write_bytes(folder() / "t10k-labels-idx1-ubyte", idx({4}, {2, 1, 0, 0}));
  expect_bad({"3 images but 4 labels", "t10k-images", "t10k-labels"});
  write_bytes(folder() / "t10k-images-idx3-ubyte.gz", gzip(idx({4, 3, 2}, pattern(24))));
  expect_bad({"2x3", "3x2", "t10k-images"});
}

TEST_F(Datasets, RefusesALabelBeyondTheClasses) {
  write_all(root() / "mnist");
  write_bytes(root() / "mnist" / "train-labels-idx1-ubyte.gz",
              gzip(idx({6}, {0, 1, 9, 10, 11, 2})));
  expect_error(ErrorKind::data, {"label 10", "10 classes", "train-labels", "byte 11"},
               [&] { load_dataset("mnist", root()); });
}

TEST_F(Datasets, ADamagedFileIsNamedWhereverItIsRead) {
  for (const char* name : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte.gz",
                           "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte"}) {
    write_all(folder());
    write_bytes(folder() / name, {0, 0, 8});
    expect_bad({"3 bytes", name});
  }
}

TEST_F(Datasets, SaysWhatIsMissingAndWhatToDo) {
  std::filesystem::remove(folder() / "t10k-labels-idx1-ubyte");
  expect_bad({"t10k-labels-idx1-ubyte", folder().string(), "plain or .gz"});
  expect_error(ErrorKind::data,
               {"mnist", root().string(), "lithe data fetch mnist", "LITHE_DATA", "--data-dir"},
               [&] { load_dataset("mnist", root()); });
  expect_error(ErrorKind::data, {"no folder", "elsewhere"},
               [&] { load_dataset((root() / "elsewhere").string(), root()); });
}

TEST(DatasetNames, SuggestTheNearest) {
  EXPECT_EQ(dataset_names(),
            (std::vector<std::string>{"mnist", "fashion_mnist", "digits", "letters", "shapes",
                                      "shapes-unknown", "uniform-noise", "gaussian-noise"}));
  expect_error(ErrorKind::usage, {"'mnits'", "try: 'mnist'"},
               [] { load_dataset("mnits", "nowhere"); });
  expect_error(ErrorKind::usage, {"try: 'fashion_mnist'"},
               [] { load_dataset("fashion_mnst", "nowhere"); });
  expect_error(ErrorKind::usage, {"try: mnist, fashion_mnist, digits"},
               [] { load_dataset("imagenet-of-the-year", "nowhere"); });
  expect_error(ErrorKind::usage, {"no data set"}, [] { load_dataset("", "nowhere"); });
  expect_error(ErrorKind::usage, {"no data set"},
               [] { load_dataset(std::string(1 << 20, 'm'), "nowhere"); });
}

TEST(DatasetNames, DigitsNeedNoFolder) {
  const Dataset set = load_dataset("digits", "nowhere");
  EXPECT_EQ(set.shape, (std::vector<std::size_t>{28, 28}));
  EXPECT_EQ(set.train.features.rows, 60'000u);
  EXPECT_EQ(set.test.features.rows, 10'000u);
}

TEST(Mnist, IsReadAsPublished) {
  if (std::getenv("LITHE_DATA") == nullptr)
    GTEST_SKIP() << "needs MNIST: run `lithe data fetch mnist`, set LITHE_DATA to its data folder";
  const Dataset set = load_dataset("mnist", data_folder(""));
  EXPECT_EQ(set.shape, (std::vector<std::size_t>{28, 28}));
  ASSERT_EQ(set.train.features.rows, 60'000u);
  ASSERT_EQ(set.test.features.rows, 10'000u);
  EXPECT_EQ(std::count(set.train.labels, set.train.labels + 60'000, 1), 6742);
  EXPECT_EQ(std::count(set.test.labels, set.test.labels + 10'000, 1), 1135);
  // The mean that everybody normalises with.
  const double sum =
      std::accumulate(set.train.features.row(0), set.train.features.row(60'000), 0.0);
  EXPECT_NEAR(sum / (60'000 * 784) / 255, 0.1307, 5e-5);
}

}  // namespace
}  // namespace lithe
