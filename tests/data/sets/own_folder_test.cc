// Folders with the name of a data set.
#include <gtest/gtest.h>

#include "data/pictures/picture_sample.h"
#include "lithe/data.h"

namespace lithe {
namespace {

using namespace test;
namespace fs = std::filesystem;

class OwnFolder : public ::testing::Test {
 protected:
  void SetUp() override { fs::current_path(temporary_.path()); }
  void TearDown() override { fs::current_path(before_); }

  fs::path data() const { return temporary_.path() / "data"; }

 private:
  fs::path before_ = fs::current_path();
  TemporaryFolder temporary_;
};

TEST_F(OwnFolder, GoesBeforeTheDataSet) {
  EXPECT_FALSE(is_own_folder("shapes", data()));
  for (const char* name : {"shapes/a/1.png", "shapes/a/2.png", "shapes/b/1.png", "shapes/b/2.png"})
    write_bytes(name, grey_png(4, 4, 9));
  EXPECT_TRUE(is_own_folder("shapes", data()));
  EXPECT_EQ(load_dataset("shapes", data()).class_names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(load_dataset("lithe:shapes-unknown", data()).shape, (std::vector<std::size_t>{40, 40}));
  expect_error(ErrorKind::usage, {"nothing"}, [&] { load_dataset("lithe:nothing", data()); });
}

TEST_F(OwnFolder, NeedsDataAndIsNotThatOfTheDataFolder) {
  write_bytes("mnist/train.py", {'x'});
  EXPECT_FALSE(is_own_folder("mnist", data()));
  write_bytes("mnist/train-images-idx3-ubyte", idx({1, 2, 2}, pattern(4)));
  EXPECT_TRUE(is_own_folder("mnist", data()));
  EXPECT_FALSE(is_own_folder("mnist", fs::current_path()));
  EXPECT_FALSE(is_own_folder("photos", data()));
}

}  // namespace
}  // namespace lithe
