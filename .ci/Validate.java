import java.io.FileInputStream;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Says of each PDF whether veraPDF finds it PDF/A-3a and PDF/UA-1, and why not. */
public class Validate {
    public static void main(String[] files) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        int wrong = 0;
        for (String file : files) {
            for (PDFAFlavour flavour : new PDFAFlavour[] {PDFAFlavour.PDFA_3_A, PDFAFlavour.PDFUA_1}) {
                try (FileInputStream data = new FileInputStream(file);
                        PDFAParser parser = Foundries.defaultInstance().createParser(data, flavour);
                        PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
                    ValidationResult result = validator.validate(parser);
                    if (result.isCompliant()) {
                        continue;
                    }
                    wrong++;
                    System.out.println(file + ": not " + flavour);
                    for (TestAssertion failed : result.getTestAssertions()) {
                        System.out.println("  " + failed.getRuleId().getClause() + " " + failed.getMessage());
                    }
                }
            }
        }
        System.out.println(files.length + " files, " + wrong + " failures");
        System.exit(wrong == 0 && files.length > 0 ? 0 : 1);
    }
}
