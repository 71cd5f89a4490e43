// Opens a folder of slices and a set of regions as ImageJ does, and prints what it sees.
import ij.ImagePlus;
import ij.gui.Roi;
import ij.io.RoiDecoder;
import ij.measure.Calibration;
import ij.plugin.FolderOpener;
import java.io.FileInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

public class Opened {
    public static void main(String[] told) throws Exception {
        ImagePlus stack = FolderOpener.open(told[0]);
        Calibration sizes = stack.getCalibration();
        System.out.println("slices " + stack.getStackSize());
        System.out.printf("voxel %.6f %.6f %.6f %s%n",
            sizes.pixelWidth, sizes.pixelHeight, sizes.pixelDepth, sizes.getUnit());
        stack.setSlice(3);
        System.out.printf("value %.4f%n", stack.getProcessor().getPixelValue(5, 7));
        ZipInputStream set = new ZipInputStream(new FileInputStream(told[1]));
        for (ZipEntry entry = set.getNextEntry(); entry != null; entry = set.getNextEntry()) {
            Roi roi = new RoiDecoder(set.readAllBytes(), entry.getName()).getRoi();
            java.awt.geom.Rectangle2D.Double at = roi.getFloatBounds();
            System.out.printf("region %s, slice %d, %.2f %.2f %.2f %.2f%n",
                roi.getName(), roi.getPosition(), at.x, at.y, at.width, at.height);
        }
    }
}
