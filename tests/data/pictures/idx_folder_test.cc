// Folders in the form of MNIST: what does not belong together is told by the headers.
#include "data/pictures/idx_folder.h"

#include <gtest/gtest.h>

#include "data/sample.h"
#include "support/expect_error.h"

namespace lithe::data {
namespace {

using test::expect_error;

class IdxFolder : public ::testing::Test {
 protected:
  // `present`: bytes that are there behind the header, of those that it promises.
  void images(const std::string& part, std::uint32_t count, std::uint32_t side,
              std::size_t present) {
    test::write_bytes(
        folder_.path() / (part + "-images-idx3-ubyte"),
        test::joined(test::idx_header({count, side, side}), test::ByteVector(present, 7)));
  }
  void labels(const std::string& part, std::uint32_t count) {
    test::write_bytes(folder_.path() / (part + "-labels-idx1-ubyte"),
                      test::idx({count}, test::ByteVector(count, 1)));
  }
  Dataset load() const { return load_idx_folder("t", folder_.path(), {}, ""); }

  test::TemporaryFolder folder_;
};

TEST_F(IdxFolder, IsRead) {
  images("train", 4, 2, 16), labels("train", 4), images("t10k", 2, 2, 8), labels("t10k", 2);
  const Dataset data = load();
  EXPECT_EQ(data.train.features.rows, 4u);
  EXPECT_EQ(data.test.features.rows, 2u);
  EXPECT_EQ(data.class_names.size(), 2u);
}

// Nothing stands behind the headers of the images, which reading them would tell first.
TEST_F(IdxFolder, CountsAreComparedBeforeAnythingIsRead) {
  images("train", 4, 2, 0), labels("train", 5), images("t10k", 2, 2, 8), labels("t10k", 2);
  expect_error(ErrorKind::data, {"4 images but 5 labels"}, [&] { load(); });
  images("train", 4, 2, 16), labels("train", 4), images("t10k", 2, 2, 0), labels("t10k", 3);
  expect_error(ErrorKind::data, {"2 images but 3 labels"}, [&] { load(); });
  images("train", 4, 3, 0), images("t10k", 2, 2, 8), labels("t10k", 2);
  expect_error(ErrorKind::data, {"training images are 3x3, test images 2x2"}, [&] { load(); });
}

TEST_F(IdxFolder, APartialFileIsStillTold) {
  images("train", 4, 2, 10), labels("train", 4), images("t10k", 2, 2, 8), labels("t10k", 2);
  expect_error(ErrorKind::data, {"the header says 4 x 2 x 2 elements"}, [&] { load(); });
}

}  // namespace
}  // namespace lithe::data
